// Deployments put a token into live versions of EdgeWorkers: they upload and activate new ones (deployment-preview.ts has what
// that changes). A deployment is stored first and worked on in the background (deployment-worker.ts).
import 'server-only';
import {
  type BaseVersion,
  isOpen,
  NOTE_MAX,
  type Replacement,
  STEP_KINDS,
  type StepKind,
  type StepState,
  targets,
  versionField,
  wrongVersions,
} from '@/lib/domain/deployment';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Network } from '@/lib/domain/permissions';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { settings } from '@/lib/platform/env';
import {
  cancelUnsent,
  type DeploymentRow,
  findDeployment,
  findDeploymentOfAttempt,
  insertDeployment,
  listDeployments as listRows,
  putActivations,
  retryUpload as retryUploadRow,
} from '@/lib/store/deployments';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { takeEntries } from './bundles';
import { connect } from './connection';
import { type Exchange, liveVersions } from './deployment-preview';
import { uploadsOff } from './deployment-steps';
import { wakeDeployments } from './deployment-worker';
import type { Actor } from './session';
import { mustStore } from './storage';
import { whoBegan } from './who';

const SHOWN_MAX = 50;
const ID_LENGTH_MAX = 100;

/** Whether this server may upload at all; see the setting ALLOW_UPLOADS. */
export function uploadsAllowed(): boolean {
  return settings().allowUploads;
}

/**
 * Begins a deployment: each of the live versions gets `token` put in, and is uploaded as the new version that is named.
 * `attempt` is the id of the form: the same id again begins nothing, and returns the first one's. Problems:
 * `not-signed-in`, `forbidden` (also when uploads are switched off), `unknown-account`, `no-credentials`, `bad-request`,
 * `invalid-fields`, `token-not-found`, `sign-in-again`, those of Akamai, `audit-unavailable`, `storage-unavailable`.
 */
export async function beginDeployment(
  actor: Actor,
  account: string,
  { token, replaces }: Exchange,
  versions: readonly (BaseVersion & { version: string })[],
  attempt: string,
): Promise<Result<{ id: string }>> {
  const allowed = await authorize(actor, 'edgeworker.deploy', { account });
  if (!allowed.ok) return allowed;
  if (!settings().allowUploads) return uploadsOff();
  if (attempt === '' || attempt.length > ID_LENGTH_MAX)
    return fail('bad-request', 400, 'The form has no id.', 'Nothing was begun. Load the page again.');
  const live = await liveVersions(actor, account, 'edgeworker.deploy', versions);
  if (!live.ok) return live;
  // Also asks for what the value of a legacy token needs.
  const entries = await takeEntries(actor, account, 'bundle.patch', [token]);
  if (!entries.ok) return entries;
  const replacements: Replacement[] = live.value.found.map((one, index) => ({
    edgeWorker: one.edgeWorker,
    base: one.version,
    networks: one.networks,
    version: versions[index]?.version.trim() ?? '',
  }));
  const fields = wrongVersions(replacements);
  if (Object.keys(fields).length > 0)
    return fail('invalid-fields', 422, 'Some new versions cannot be used.', 'Nothing was begun.', { fields });
  // From here to the row there is no await: who sends the form twice finds the first one's deployment.
  const key = `${actor.id} ${attempt}`;
  const earlier = findDeploymentOfAttempt(key);
  if (earlier !== null) return ok({ id: earlier });
  const id = crypto.randomUUID();
  const detail = {
    token,
    replaces,
    versions: replacements.map(({ edgeWorker, base, version }) => `${edgeWorker.id} ${base} to ${version}`),
  };
  const begun = await withAudit(actor, { action: 'deployment.begin', target: id, account, detail }, () =>
    mustStore(() => {
      const { kind, id: actorId, name } = actor;
      const row = { id, attempt: key, account, token, replaces };
      insertDeployment({ ...row, actor_kind: kind, actor_id: actorId, actor_name: name }, replacements);
      return { id };
    }),
  );
  if (begun.ok) wakeDeployments();
  return begun;
}

/**
 * Asks for the activation of the uploaded versions on a network, where the versions that they were made of are live.
 * Those of which it was asked already stay as they are. Problems: as `beginDeployment`, `not-found`, and `conflict` when there is
 * nothing to activate.
 */
export async function activateUploaded(
  actor: Actor,
  account: string,
  id: string,
  { network, note }: { network: Network; note: string },
): Promise<Result<{ count: number }>> {
  const opened = await open(actor, account, id, [network]);
  if (!opened.ok) return opened;
  const { items, steps } = opened.value;
  if (note.length > NOTE_MAX) {
    const words = `A note has at most ${NOTE_MAX} characters.`;
    return fail('invalid-fields', 422, words, 'Nothing was sent.', { fields: { note: [words] } });
  }
  const positions = items
    .filter((item) => targets(item).includes(network))
    .filter(({ position }) => stateOf(steps, position, 'upload') === 'done')
    .map(({ position }) => position);
  const act = { action: 'deployment.activate', target: id, account, detail: { network, note } };
  const put = await withAudit(actor, act, async () => {
    const stored = await mustStore(() => putActivations(id, positions, network, note.trim() || null));
    if (!stored.ok) return stored;
    if (stored.value > 0) return ok({ count: stored.value });
    const advice = 'Nothing was sent. What was uploaded is active there, or on its way.';
    return fail('conflict', 409, `There is nothing to activate on ${network}.`, advice);
  });
  if (put.ok) wakeDeployments();
  return put;
}

/**
 * Has an upload that failed tried again, as `version`. Problems: as `activateUploaded`; `conflict` when it has not failed.
 */
export async function retryUpload(
  actor: Actor,
  account: string,
  id: string,
  { position, version }: { position: number; version: string },
): Promise<Result<null>> {
  const opened = await open(actor, account, id, []);
  if (!opened.ok) return opened;
  const { items } = opened.value;
  const retried = items.find((item) => item.position === position);
  if (!retried) return noSuchDeployment();
  const replacements = items.map((item) => ({
    edgeWorker: { id: item.edgeworker, name: item.name },
    base: item.base,
    networks: item.networks,
    version: item === retried ? version.trim() : item.version,
  }));
  const [wrong] = Object.values(wrongVersions(replacements));
  if (wrong) {
    const fields = { [versionField(retried.edgeworker, retried.base)]: wrong };
    return fail('invalid-fields', 422, 'This version cannot be used.', 'Nothing was sent.', { fields });
  }
  const target = `${retried.edgeworker} ${version.trim()}`;
  const act = { action: 'deployment.retry', target, account, detail: { deployment: id } };
  const put = await withAudit(actor, act, async () => {
    const stored = await mustStore(() => retryUploadRow(id, position, version.trim()));
    if (!stored.ok) return stored;
    if (stored.value) return ok(null);
    return fail('conflict', 409, 'This upload has not failed.', 'Nothing was sent.');
  });
  if (put.ok) wakeDeployments();
  return put;
}

/** Cancels what was not sent yet; what is being sent ends. Problems: as `activateUploaded`; `conflict` when nothing waits. */
export async function cancelDeployment(actor: Actor, account: string, id: string): Promise<Result<null>> {
  const opened = await open(actor, account, id, []);
  if (!opened.ok) return opened;
  return withAudit(actor, { action: 'deployment.cancel', target: id, account }, async () => {
    const stored = await mustStore(() => cancelUnsent(id));
    if (!stored.ok) return stored;
    if (stored.value > 0) return ok(null);
    return fail('conflict', 409, 'Nothing waits any more.', 'Nothing was changed.');
  });
}

async function open(
  actor: Actor,
  account: string,
  id: string,
  networks: readonly Network[],
): Promise<Result<DeploymentRow>> {
  const allowed = await authorize(actor, 'edgeworker.deploy', { account, networks });
  if (!allowed.ok) return allowed;
  if (!settings().allowUploads) return uploadsOff();
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const row = await findDeployment(account, id);
  return row ? ok(row) : noSuchDeployment();
}

function noSuchDeployment(): { ok: false; problem: Problem } {
  return fail('not-found', 404, 'There is no such deployment.', 'Look at the list of deployments.');
}

/** A step as it is shown. `at`: since when it is in that state, milliseconds since 1970. */
export type StepView = { state: StepState; words: string | null; note: string | null; at: number };

export type DeploymentItem = {
  position: number;
  edgeWorker: EdgeWorker;
  base: string;
  version: string;
  networks: readonly Network[];
  /** Null for what was not asked for. */
  steps: Readonly<Record<StepKind, StepView | null>>;
};

export type Deployment = Exchange & {
  id: string;
  beganAt: number;
  /** Who began it. */
  who: string;
  isUnderWay: boolean;
  items: readonly DeploymentItem[];
  /** How many uploaded versions can be activated now, by network. */
  activatable: Readonly<Record<Network, number>>;
};

/** One deployment. Problems: `not-signed-in`, `unknown-account`, `no-credentials`, `not-found`. */
export async function readDeployment(actor: Actor, account: string, id: string): Promise<Result<Deployment>> {
  const allowed = await authorize(actor, 'usage.read', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const row = await findDeployment(account, id);
  return row ? ok(viewOf(actor, row)) : noSuchDeployment();
}

/** The newest deployments of an account. Problems: `not-signed-in`, `unknown-account`, `no-credentials`. */
export async function listDeployments(actor: Actor, account: string): Promise<Result<readonly Deployment[]>> {
  const allowed = await authorize(actor, 'usage.read', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  return ok((await listRows(account, SHOWN_MAX)).map((row) => viewOf(actor, row)));
}

function viewOf(actor: Actor, row: DeploymentRow): Deployment {
  const { id, token, replaces, began_at: beganAt, items, steps } = row;
  const shown = items.map((item) => ({
    position: item.position,
    edgeWorker: { id: item.edgeworker, name: item.name },
    base: item.base,
    version: item.version,
    networks: item.networks,
    steps: stepsOf(steps, item.position),
  }));
  const activatable = (network: Network) =>
    shown.filter(
      (item) =>
        targets(item).includes(network) &&
        item.steps.upload?.state === 'done' &&
        [undefined, 'failed', 'cancelled'].includes(item.steps[network]?.state),
    ).length;
  return {
    id,
    token,
    replaces,
    beganAt,
    who: whoBegan(actor, row),
    isUnderWay: steps.some(({ state }) => isOpen(state)),
    items: shown,
    activatable: { staging: activatable('staging'), production: activatable('production') },
  };
}

function stepsOf(steps: DeploymentRow['steps'], position: number): Record<StepKind, StepView | null> {
  const views: Record<StepKind, StepView | null> = { upload: null, staging: null, production: null };
  for (const kind of STEP_KINDS) {
    const step = steps.find((one) => one.position === position && one.kind === kind);
    if (step) views[kind] = { state: step.state, words: step.words, note: step.note, at: step.at };
  }
  return views;
}

function stateOf(steps: DeploymentRow['steps'], position: number, kind: StepKind): StepState | null {
  return steps.find((one) => one.position === position && one.kind === kind)?.state ?? null;
}
