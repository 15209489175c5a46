// Carries out the steps of deployments.ts: patches live versions, uploads them as new ones, activates those.
//
// What a kill means. Just before an upload or an activation is sent, `sent_at`, and the checksum of the bundle, are on
// the disk. A step without it begins anew after the start: nothing was sent. One with it is looked up, in the account's
// versions or activations, and is never sent again.
import 'server-only';
import { createHash } from 'node:crypto';
import {
  activateVersion,
  createVersion,
  downloadVersion,
  listActivations,
  listVersions,
  validateBundle,
} from '@/lib/akamai/edgeworkers';
import { getToken } from '@/lib/akamai/tokens';
import { readArchive } from '@/lib/domain/archive';
import { fateOf, holdMs } from '@/lib/domain/bulk-run';
import { patchBundle, renameVersion } from '@/lib/domain/bundle';
import { matchFacts, readBundleFacts } from '@/lib/domain/bundle-doctor';
import { dayAt } from '@/lib/domain/day';
import {
  A_MINUTE_MAX,
  findSent,
  isOpen,
  judgeActivation,
  judgeUpload,
  problemWords,
  refusalWords,
} from '@/lib/domain/deployment';
import type { Network } from '@/lib/domain/permissions';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { onStop } from '@/lib/platform/drain';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import {
  countSent,
  findDeployment,
  hasOpenSteps,
  listDueSteps,
  markStepSent,
  type Step,
  type StepResult,
  settleStep,
  takeStep,
} from '@/lib/store/deployments';
import { findFacts } from '@/lib/store/usage';
import { settleIntent, withAudit } from './audit';
import { authorize, authorizeAgain } from './authorize';
import { retrieve } from './bundles';
import { type Connection, connect } from './connection';
import { type Actor, type ActorKind, absentActor, operatorActor } from './session';
import { mustStore } from './storage';
import { cachedTokens } from './token-cache';
import { rescan } from './usage-worker';

/** Steps that are worked on at once: each may hold a bundle in memory. */
const AT_ONCE = 3;
/** How often is looked for work while there is any, milliseconds. */
const LOOK_MS = 1_000;
const MINUTE_MS = 60_000;
/** Between two looks at an answer that was lost, milliseconds. */
const CHECK_MS = 2_000;
/** An activation is looked at this often: soon at first, as it was just sent, milliseconds. */
const FOLLOW_MS = { min: 1_000, max: 15_000 };
/** A step is given up after so many tries in which nothing got through: about an hour. */
const TRIES_MAX = 360;

type Worker = {
  isStarted: boolean;
  isStopping: boolean;
  atWork: Map<string, { step: Step; done: Promise<void> }>;
  looking: Promise<void> | null;
  mustLookAgain: boolean;
  timer: NodeJS.Timeout | null;
};

function worker(): Worker {
  return once('deployments', () => ({
    isStarted: false,
    isStopping: false,
    atWork: new Map(),
    looking: null,
    mustLookAgain: false,
    timer: null,
  }));
}

/** Starts to work, at what an earlier run of the server left too. After `settleEarlierRun`. */
export function startDeployments(): void {
  const state = worker();
  if (state.isStarted) return;
  state.isStarted = true;
  onStop(stopDeployments);
  wakeDeployments();
}

/** Looks for work at once: something was asked for. */
export function wakeDeployments(): void {
  const state = worker();
  if (!state.isStarted || state.isStopping) return;
  if (state.looking) {
    state.mustLookAgain = true;
    return;
  }
  state.looking = look(state)
    .catch((error: unknown) => log().error({ error }, 'deployments were not worked on'))
    .finally(() => {
      state.looking = null;
      if (state.mustLookAgain) {
        state.mustLookAgain = false;
        wakeDeployments();
      } else lookLater(state);
    });
}

/** Begins nothing more, and waits for what is being sent; the rest goes on after the next start. */
export async function stopDeployments(): Promise<void> {
  const state = worker();
  state.isStopping = true;
  if (state.timer) clearTimeout(state.timer);
  await state.looking;
  await Promise.all([...state.atWork.values()].map(({ done }) => done));
}

function lookLater(state: Worker): void {
  if (state.timer) clearTimeout(state.timer);
  state.timer = null;
  if (state.isStopping || !hasOpenSteps()) return;
  state.timer = setTimeout(wakeDeployments, LOOK_MS);
  state.timer.unref();
}

async function look(state: Worker): Promise<void> {
  for (const step of await listDueSteps(['checking', 'following', 'waiting'], now())) {
    if (state.isStopping || state.atWork.size >= AT_ONCE) return;
    const key = keyOf(step);
    if (state.atWork.has(key)) continue;
    if (step.state === 'waiting' && (!isWithinRate(state, step) || !takeStep(step))) continue;
    const done = work(step).finally(() => {
      state.atWork.delete(key);
      wakeDeployments();
    });
    state.atWork.set(key, { step, done });
  }
}

function keyOf({ deployment_id: id, position, kind }: Step): string {
  return JSON.stringify([id, position, kind]);
}

/** Whether another one of that kind may be sent in this minute. */
function isWithinRate({ atWork }: Worker, { account, kind }: Step): boolean {
  const underWay = [...atWork.values()].filter(({ step }) => step.account === account && step.kind === kind);
  return countSent(account, kind, now() - MINUTE_MS) + underWay.length < A_MINUTE_MAX;
}

async function work(step: Step): Promise<void> {
  let result: StepResult | null;
  try {
    if (step.state === 'waiting')
      result = await (step.kind === 'upload' ? upload(step) : activate(step, step.kind));
    else result = await (step.kind === 'upload' ? lookUpUpload(step) : lookUpActivation(step, step.kind));
  } catch (error) {
    log().error({ error, deployment: step.deployment_id, kind: step.kind }, 'a step failed');
    // What was sent is looked up; what was not can be asked for again.
    const state = step.state === 'waiting' && !sentSteps().has(keyOf(step)) ? 'failed' : 'checking';
    result = { state, code: 'internal', words: 'Token Desk met an unexpected error; its log has it.' };
    result.nextAt = now() + CHECK_MS;
  }
  sentSteps().delete(keyOf(step));
  if (result) settleStep(step, result);
}

/** Steps that this process has sent and not settled. */
function sentSteps(): Set<string> {
  return once('sent-steps', () => new Set<string>());
}

/** What becomes of a step that met `problem`. */
function refused(step: Step, problem: Problem): StepResult {
  const wasSent = sentSteps().has(keyOf(step));
  if (problem.code === 'outcome-unknown')
    return { state: 'checking', code: problem.code, words: problem.title, nextAt: now() + CHECK_MS };
  const fate = fateOf(problem, { wasSent, tries: step.tries });
  if (fate === 'failed' || step.tries >= TRIES_MAX)
    return { state: 'failed', code: problem.code, words: problemWords(problem) };
  return { state: 'waiting', code: problem.code, words: problem.title, nextAt: now() + holdMs(problem) };
}

/** The new version. */
async function upload(step: Step): Promise<StepResult> {
  const ready = await prepare(step, []);
  if (!ready.ok) return refused(step, ready.problem);
  const { actor, connection } = ready.value;
  const { client } = connection;
  const made = await makeBundle(step, actor, connection);
  if (!made.ok) return refused(step, made.problem);
  const { bytes, checksum } = made.value;
  const { edgeworker, base, version, token, account, deployment_id: deployment } = step;
  const act = {
    action: 'edgeworker.upload',
    target: `${edgeworker} ${version}`,
    account,
    detail: { deployment, base, token, sha256: checksum },
  };
  const sent = await withAudit(
    actor,
    act,
    async (intent) => {
      const created = await createVersion(
        client,
        edgeworker,
        bytes,
        beforeSending(step, actor, intent, checksum),
      );
      return doubtful(created, `It is not known yet whether version ${version} was uploaded.`);
    },
    () => ({}),
    ({ requestId }) => requestId,
  );
  return sent.ok ? { state: 'done' } : refused(step, sent.problem);
}

/** The activation on a network: not when other code has become live there. */
async function activate(step: Step, network: Network): Promise<StepResult> {
  const ready = await prepare(step, [network]);
  if (!ready.ok) return refused(step, ready.problem);
  const { actor, connection } = ready.value;
  const { client } = connection;
  const { edgeworker, base, version, account, note, deployment_id: deployment } = step;
  const active = await listActivations(client, edgeworker, { activeOnly: true, network });
  if (!active.ok) return refused(step, active.problem);
  const live = active.value.find((one) => one.network === network)?.version ?? null;
  if (live === version) return { state: 'done', words: 'It was active already.' };
  if (live !== null && live !== base) {
    const words = `Version ${live} is live on ${network} now, not ${base}. Nothing was sent: it would take the place of other code.`;
    return { state: 'failed', code: 'conflict', words };
  }
  const awaited = await dependencyOf(step, network, connection);
  if (awaited !== null) {
    const title = `It waits for EdgeWorker ${awaited}, on whose code it depends, to be active on ${network}.`;
    const advice = 'It takes up what that has live when it is activated.';
    return refused(step, fail('busy', 503, title, advice, { retryAfterSeconds: 1 }).problem);
  }
  const act = {
    action: 'edgeworker.activate',
    target: `${edgeworker} ${version} ${network}`,
    account,
    detail: { deployment, network, note },
  };
  const asked = { network, version, note: note ?? '' };
  const sent = await withAudit(
    actor,
    act,
    async (intent) => {
      const started = await activateVersion(
        client,
        edgeworker,
        asked,
        beforeSending(step, actor, intent, null),
      );
      return doubtful(
        started,
        `It is not known yet whether version ${version} is being activated on ${network}.`,
      );
    },
    ({ value }) => ({ activation: value.id }),
    ({ requestId }) => requestId,
  );
  if (!sent.ok) return refused(step, sent.problem);
  return { state: 'following', activation: sent.value.value.id, nextAt: now() + FOLLOW_MS.min };
}

/** An EdgeWorker of the same deployment that this one depends on, and that is on its way to the network; null for none. */
async function dependencyOf(step: Step, network: Network, connection: Connection): Promise<string | null> {
  const { edgeworker: edgeWorker, base, account, deployment_id: id } = step;
  const own = findFacts(connection.client.id, { edgeWorker, version: base, revision: '' });
  const deployment = own && own.dependencies.length > 0 ? await findDeployment(account, id) : null;
  const underWay = deployment?.items.find(
    ({ edgeworker, position }) =>
      own?.dependencies.includes(edgeworker) &&
      deployment.steps.some((one) => one.position === position && one.kind === network && isOpen(one.state)),
  );
  return underWay?.edgeworker ?? null;
}

type Ready = { actor: Actor; connection: Connection };

/** Who asked may still do it, and the new token is there and active. */
async function prepare(step: Step, networks: readonly Network[]): Promise<Result<Ready>> {
  const { account, token } = step;
  const actor = await absentActor(kindOf(step), step.actor_id);
  const allowed = await authorize(actor, 'edgeworker.deploy', { account, networks });
  if (!allowed.ok) return allowed;
  if (!settings().allowUploads) return uploadsOff();
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const read = await getToken(connection.value.client, token);
  if (!read.ok) return read;
  if (read.value.activation === 'in-progress') {
    const title = `${token} is still being activated: EdgeWorkers that use it would fail.`;
    return fail('busy', 503, title, 'It waits until that is done.', { retryAfterSeconds: 2 });
  }
  if (read.value.activation === 'error')
    return fail(
      'conflict',
      409,
      `The activation of ${token} failed.`,
      'Refresh it, or choose another token.',
    );
  return ok({ actor, connection: connection.value });
}

/** The Problem when nothing may be uploaded from this server. */
export function uploadsOff(): { ok: false; problem: Problem } {
  const advice = 'Nothing was sent. Whoever runs this server can allow it with ALLOW_UPLOADS=true.';
  return fail('forbidden', 403, 'Uploads are switched off on this server.', advice);
}

const KINDS: readonly ActorKind[] = ['person', 'key', 'operator'];

function kindOf({ actor_kind: kind }: Step): ActorKind {
  return KINDS.find((one) => one === kind) ?? 'guest';
}

/** When its turn has come: the right again, and on the disk that it is sent now. */
function beforeSending(step: Step, actor: Actor, intent: number, checksum: string | null) {
  const networks = step.kind === 'upload' ? [] : [step.kind];
  return async (): Promise<Result<null>> => {
    const still = await authorizeAgain(actor, 'edgeworker.deploy', { account: step.account, networks });
    if (!still.ok) return still;
    const marked = await mustStore(() => !worker().isStopping && markStepSent(step, intent, checksum));
    if (!marked.ok) return marked;
    if (!marked.value) return fail('busy', 503, 'The server is stopping.', 'Nothing was sent.');
    sentSteps().add(keyOf(step));
    return ok(null);
  };
}

/** The same, with a lost answer as the Problem `outcome-unknown`. */
function doubtful<T>(sent: Result<T>, title: string): Result<T> {
  if (sent.ok || !sent.problem.mayHaveHappened) return sent;
  const { upstream } = sent.problem;
  const detail = "Akamai's answer was lost. It is looked up; nothing is sent again.";
  return fail('outcome-unknown', 504, title, detail, upstream ? { upstream } : {});
}

type Made = { bytes: Uint8Array; checksum: string };

/** The live version's bundle with the token in it, under the new version, as Akamai's validation takes it. */
async function makeBundle(step: Step, actor: Actor, connection: Connection): Promise<Result<Made>> {
  const { edgeworker, base, version, replaces } = step;
  const { client } = connection;
  const content = await downloadVersion(client, edgeworker, base);
  if (!content.ok) return content;
  const isPassedOn = await usesThroughDependency(connection, { edgeWorker: edgeworker, base }, replaces);
  const made = isPassedOn
    ? await renameVersion(content.value, version)
    : await withToken(step, actor, connection, content.value);
  if (!made.ok) return made;
  const validated = await validateBundle(client, made.value);
  if (!validated.ok) return validated;
  const { errors } = validated.value;
  if (errors.length > 0) return fail('bundle-refused', 422, refusalWords(errors), 'Nothing was uploaded.');
  return ok({ bytes: made.value, checksum: sha256(made.value) });
}

async function withToken(
  { account, token, version, replaces, edgeworker }: Step,
  actor: Actor,
  connection: Connection,
  content: Buffer,
): Promise<Result<Uint8Array>> {
  const entries = await retrieve(actor, account, 'bundle.patch', [token]);
  if (!entries.ok) return entries;
  const patched = await patchBundle(content, entries.value, { overwrite: true, version });
  if (!patched.ok) return patched;
  const { bytes } = patched.value;
  const left = await leftOf(bytes, { replaces, edgeworker }, connection);
  return left.ok ? ok(bytes) : left;
}

/**
 * Whether a live version holds `token` only through an EdgeWorker that it depends on. Such a version needs no patch: its
 * next one takes up what the dependency has live when it is activated.
 */
export async function usesThroughDependency(
  connection: Connection,
  { edgeWorker, base }: { edgeWorker: string; base: string },
  token: string | null,
): Promise<boolean> {
  const own = findFacts(connection.client.id, { edgeWorker, version: base, revision: '' });
  if (token === null || !own || own.dependencies.length === 0) return false;
  const tokens = await cachedTokens(connection);
  const context = { tokens: tokens.ok ? tokens.value.tokens : null, today: dayAt(now()), edgeWorker };
  return !matchFacts(own, context).uses.some(({ known, token: name }) => (known?.name ?? name) === token);
}

/** Ok, unless the bundle still holds the token that must be gone. */
async function leftOf(
  bytes: Uint8Array,
  { replaces, edgeworker }: Pick<Step, 'replaces' | 'edgeworker'>,
  connection: Connection,
): Promise<Result<null>> {
  if (replaces === null) return ok(null);
  const [archive, tokens] = await Promise.all([readArchive(bytes), cachedTokens(connection)]);
  if (!archive.ok) return archive;
  if (!tokens.ok) return tokens;
  const facts = readBundleFacts(archive.value, bytes.byteLength);
  const context = { tokens: tokens.value.tokens, today: dayAt(now()), edgeWorker: edgeworker };
  const left = matchFacts(facts, context).uses.filter(
    ({ known, token }) => (known?.name ?? token) === replaces,
  );
  const [first] = left;
  if (!first) return ok(null);
  const title = `The patched bundle would still use ${replaces}, for ${first.key} in ${first.path}.`;
  const advice = first.isInlined
    ? 'Nothing was uploaded. It is written into code: build the bundle again with the new token.'
    : 'Nothing was uploaded. The new token has no permission on that namespace: give it one.';
  return fail('conflict', 409, title, advice);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the versions of the EdgeWorker say of an upload whose answer was lost; null while they say nothing. */
async function lookUpUpload(step: Step): Promise<StepResult | null> {
  const { edgeworker, version, checksum, sent_at: sentAt } = step;
  const connection = await connect(step.account, step.actor_id);
  if (!connection.ok || checksum === null || sentAt === null) return later(step, CHECK_MS);
  const { client } = connection.value;
  const found = await listVersions(client, edgeworker);
  if (!found.ok) return later(step, holdMs(found.problem));
  let verdict = judgeUpload(found.value, { version, checksum }, now() - sentAt, settings().settleMs);
  if (verdict === 'open') return later(step, CHECK_MS);
  if (verdict === 'compare') {
    const content = await downloadVersion(client, edgeworker, version);
    if (!content.ok) return later(step, holdMs(content.problem));
    if (sha256(content.value) !== checksum) {
      settleDoubt(step, 'version-taken');
      const words = `EdgeWorker ${edgeworker} has a version ${version} with other content. Choose another version.`;
      return { state: 'failed', code: 'version-taken', words };
    }
    verdict = 'done';
  }
  settleDoubt(step, verdict === 'done' ? 'ok' : 'not-done');
  return verdict === 'done' ? { state: 'done' } : notSent();
}

/** What the history says of an activation that is under way, or whose answer was lost. */
async function lookUpActivation(step: Step, network: Network): Promise<StepResult | null> {
  const { edgeworker, version, activation, sent_at: sentAt, state } = step;
  const connection = await connect(step.account, step.actor_id);
  if (!connection.ok || sentAt === null) return later(step, CHECK_MS);
  const found = await listActivations(connection.value.client, edgeworker, {
    activeOnly: false,
    version,
    network,
  });
  if (!found.ok) return later(step, holdMs(found.problem));
  const history = found.value.map(({ id, status, createdAt }) => ({
    id,
    status,
    createdAt: createdAt === null ? null : Date.parse(createdAt),
  }));
  const one = history.find(({ id }) => id === activation) ?? findSent(history, sentAt);
  const age = now() - sentAt;
  if (!one) {
    if (age < settings().settleMs || state === 'following') return later(step, CHECK_MS);
    settleDoubt(step, 'not-done');
    return notSent();
  }
  if (state === 'checking') settleDoubt(step, 'ok');
  const verdict = judgeActivation(one.status);
  const nextAt = now() + Math.min(FOLLOW_MS.max, Math.max(FOLLOW_MS.min, age / 10));
  if (verdict === 'under-way') return { state: 'following', activation: one.id, nextAt };
  if (verdict === 'failed') {
    const words = `Akamai says: ${one.status}. The version that was live before still is.`;
    return { state: 'failed', code: 'akamai-refused', words, activation: one.id };
  }
  const seen = await rescan(connection.value, [edgeworker]);
  if (!seen.ok) log().warn({ code: seen.problem.code, edgeworker }, 'what is live was not looked at again');
  return { state: 'done', activation: one.id };
}

function notSent(): StepResult {
  const words = "Akamai's answer was lost, and looking it up told that nothing was done. Try again.";
  return { state: 'failed', code: 'akamai-unreachable', words };
}

/** The same state, to be looked at again. */
function later({ state, code, words }: Step, ms: number): StepResult {
  return { state, code, words, nextAt: now() + ms };
}

/** Puts on record what became of it. */
function settleDoubt(step: Step, outcome: string): void {
  const { intent: seq, edgeworker, version, kind, account } = step;
  if (seq === null) return;
  const isUpload = kind === 'upload';
  const intent = {
    seq,
    action: isUpload ? 'edgeworker.upload' : 'edgeworker.activate',
    target: isUpload ? `${edgeworker} ${version}` : `${edgeworker} ${version} ${kind}`,
    account,
  };
  settleIntent(operatorActor(), intent, outcome, { settled: 'by looking it up' });
}
