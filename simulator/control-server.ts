// What the control handle can do to the simulator. The schemas are the contract with control.ts.
import { z } from 'zod';
import { removeToken, SIM_NETWORKS, type SimAccount } from './account';
import { ACCOUNT_NAMES, type AccountName } from './accounts';
import { pendingOn, startActivation } from './activations';
import { type Answer, success } from './answers';
import { type Fault, faultSchema } from './faults';
import { liveHistory } from './live-history';
import { RATE_LIMITS, type RateLimits } from './rate-limits';
import { bulkTokens } from './seed';
import { bulkEdgeWorkers } from './seed-edgeworkers';

export type JournalEntry = {
  at: string;
  method: string;
  /** Path and query. */
  target: string;
  body: string;
  /** The .tgz that was sent: its bytes are no text, and tests compare them by this. */
  upload: { sha256: string; bytes: number } | null;
  /** 0 while it is being answered, or when the connection was dropped before the effect. */
  status: number;
  /** Bytes of the answer's body; 0 while there is none. */
  answerBytes: number;
  /** The id that the answer carries, or would have carried. */
  requestId: string;
  unknownFields: string[];
  fault: boolean;
  /** Whose request it was; null when it was refused before that was known. */
  account: AccountName | null;
  /** Whether the change of a lost answer, which a test wanted late, is made. */
  late: 'waiting' | 'made' | null;
};

export type ControlState = {
  accounts: Record<AccountName, SimAccount>;
  seed: () => Record<AccountName, SimAccount>;
  faults: Fault[];
  /** Changes that are made later than their answer was lost. */
  late: Set<NodeJS.Timeout>;
  journal: JournalEntry[];
  clockSkewMs: number;
  activationMs: number;
  emptyListAs: 404 | 200;
  grants: { edgekv: boolean; edgeworkers: boolean };
  ignoreEdgeWorkers: boolean;
  rateLimits: RateLimits;
  placeholderRevisions: boolean;
};

/** A bundle with more would be larger than Akamai takes. */
const FILLING_BYTES_MAX = 480 * 1024;

export const stateSchema = z.strictObject({
  /** Whose tokens and initialisation the rest is about. */
  account: z.enum(ACCOUNT_NAMES).default('shop'),
  clockSkewMs: z.number().optional(),
  activationMs: z.number().nonnegative().optional(),
  emptyListAs: z.union([z.literal(404), z.literal(200)]).optional(),
  grants: z.strictObject({ edgekv: z.boolean(), edgeworkers: z.boolean() }).optional(),
  /** New tokens are for all EdgeWorkers, whatever the request says: what may happen to tokens of the official CLI. */
  ignoreEdgeWorkers: z.boolean().optional(),
  /** No token any more. */
  empty: z.boolean().optional(),
  initialized: z.boolean().optional(),
  addTokens: z.number().int().nonnegative().optional(),
  deleteToken: z.string().optional(),
  /** Makes the activation of a token fail. */
  failToken: z.string().optional(),
  /** Further EdgeWorkers with two active versions each, of about so many bytes, for benchmarks. */
  addEdgeWorkers: z
    .strictObject({ count: z.int().positive(), bytes: z.int().positive().max(FILLING_BYTES_MAX) })
    .optional(),
  /** How many versions, and activations on a network, are taken in a minute; null for any number. */
  rateLimits: z
    .strictObject({
      versions: z.number().int().nonnegative().nullable(),
      activations: z.number().int().nonnegative().nullable(),
    })
    .partial()
    .optional(),
  /** Lists a revision `n-0` of EdgeWorkers without dependencies. */
  placeholderRevisions: z.boolean().optional(),
  edgeWorker: z
    .strictObject({
      id: z.number().int(),
      /** What somebody else made active at once, on one network or both; null takes the version away. */
      active: z.partialRecord(z.enum(SIM_NETWORKS), z.string().nullable()).optional(),
      /** Where activations fail: those under way and those that are started; none when empty. */
      failsOn: z.array(z.enum(SIM_NETWORKS)).optional(),
      /** Ends the activations that are under way, as they would have ended. */
      finish: z.literal(true).optional(),
      /** Whether new versions of its dependencies renew it, those that are active already too. */
      followsDependencies: z.boolean().optional(),
      /** What uploads are refused with, until it is null again. */
      refusesUploads: z.strictObject({ type: z.string(), message: z.string() }).nullable().optional(),
      /** Deletes a version: its name is not free again. */
      deleteVersion: z.string().optional(),
    })
    .optional(),
});
export type StateChange = z.input<typeof stateSchema>;

export function handleControl(state: ControlState, method: string, url: string, body: string): Answer {
  const route = `${method} ${url}`;
  if (route === 'GET /journal') return success(state.journal);
  const account = ACCOUNT_NAMES.find((one) => route === `GET /live/${one}`);
  if (account) return success(liveHistory(state.accounts[account], timeOf(state)));
  if (route === 'POST /journal/clear') {
    state.journal.length = 0;
    return success({});
  }
  if (route === 'POST /reset') {
    forgetLate(state);
    Object.assign(state, {
      accounts: state.seed(),
      clockSkewMs: 0,
      grants: { edgekv: true, edgeworkers: true },
      ignoreEdgeWorkers: false,
      emptyListAs: 404,
      rateLimits: RATE_LIMITS,
      placeholderRevisions: false,
    });
    state.faults.length = 0;
    state.journal.length = 0;
    return success({});
  }
  if (route === 'POST /faults') {
    const fault = faultSchema.safeParse(parse(body));
    if (!fault.success) return success({ error: fault.error.message }, 400);
    state.faults.push(fault.data);
    return success({});
  }
  if (route === 'POST /faults/clear') {
    state.faults.length = 0;
    return success({});
  }
  if (route === 'POST /state') {
    const change = stateSchema.safeParse(parse(body));
    if (!change.success) return success({ error: change.error.message }, 400);
    const fault = applyChange(state, change.data);
    return fault === null ? success({}) : success({ error: fault }, 400);
  }
  return success({ error: 'unknown control call' }, 404);
}

/** Changes that wait for their time are never made. */
export function forgetLate({ late }: ControlState): void {
  for (const timer of late) clearTimeout(timer);
  late.clear();
}

type Change = z.infer<typeof stateSchema>;

/** Makes the change; what is wrong with it, or null. */
function applyChange(state: ControlState, change: Change): string | null {
  const account = state.accounts[change.account];
  if (change.clockSkewMs !== undefined) state.clockSkewMs = change.clockSkewMs;
  if (change.activationMs !== undefined) state.activationMs = change.activationMs;
  if (change.emptyListAs !== undefined) state.emptyListAs = change.emptyListAs;
  if (change.grants) state.grants = change.grants;
  if (change.ignoreEdgeWorkers !== undefined) state.ignoreEdgeWorkers = change.ignoreEdgeWorkers;
  const { versions = state.rateLimits.versions, activations = state.rateLimits.activations } =
    change.rateLimits ?? {};
  state.rateLimits = { versions, activations };
  if (change.placeholderRevisions !== undefined) state.placeholderRevisions = change.placeholderRevisions;
  if (change.empty) account.tokens.clear();
  if (change.initialized !== undefined) account.initialized = change.initialized;
  for (const token of bulkTokens(change.addTokens ?? 0, Date.now())) account.tokens.set(token.name, token);
  const deleted = account.tokens.get(change.deleteToken ?? '');
  if (deleted) removeToken(account, deleted, timeOf(state));
  if (change.addEdgeWorkers)
    account.edgeWorkers.push(...bulkEdgeWorkers(account, change.addEdgeWorkers, timeOf(state)));
  const failing = account.tokens.get(change.failToken ?? '');
  if (failing) failing.activation = 'error';
  return change.edgeWorker ? applyToEdgeWorker(account, change.edgeWorker, timeOf(state)) : null;
}

/** The simulator's own time. */
function timeOf({ clockSkewMs }: ControlState): number {
  return Date.now() + clockSkewMs;
}

function applyToEdgeWorker(
  { edgeWorkers }: SimAccount,
  change: NonNullable<Change['edgeWorker']>,
  now: number,
): string | null {
  const { id, active = {}, failsOn, finish, refusesUploads, deleteVersion } = change;
  const found = edgeWorkers.find((one) => one.id === id);
  if (!found) return `there is no EdgeWorker ${id}`;
  const named = [...Object.values(active), deleteVersion].filter((one) => typeof one === 'string');
  const missing = named.find((one) => !found.versions.some(({ version }) => version === one));
  if (missing !== undefined) return `EdgeWorker ${id} has no version ${missing}`;
  found.failsOn = failsOn ?? found.failsOn;
  for (const network of SIM_NETWORKS) {
    const pending = pendingOn(found, network, now);
    if (!pending) continue;
    pending.fails = found.failsOn.includes(network);
    if (finish) pending.endsAt = now;
  }
  for (const network of SIM_NETWORKS) {
    const version = active[network];
    if (version === undefined) continue;
    startActivation(found, { network, version, note: null }, now, 0).fails = false;
  }
  found.followsDependencies = change.followsDependencies ?? found.followsDependencies;
  if (refusesUploads !== undefined) found.refusesUploads = refusesUploads;
  if (deleteVersion !== undefined) {
    const index = found.versions.findIndex(({ version }) => version === deleteVersion);
    found.deletedVersions.push(...found.versions.splice(index, 1));
  }
  return null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
