// One step of a deployment: the upload of a new version, its activation on a network, or a look at what became of one of
// them. deployment-worker.ts finds them.
//
// What a kill means. Just before an upload or an activation is sent, `sent_at`, and the checksum of the bundle, are on
// the disk. A step without it begins anew after the start: nothing was sent. One with it is looked up, in the account's
// versions or activations, and is never sent again.
import 'server-only';
import {
  activateVersion,
  createVersion,
  downloadVersion,
  listActivations,
  listVersions,
} from '@/lib/akamai/edgeworkers';
import { getToken } from '@/lib/akamai/tokens';
import { fateOf, holdMs } from '@/lib/domain/bulk-run';
import {
  findSent,
  isOpen,
  judgeActivation,
  judgeUpload,
  problemWords,
  targets,
} from '@/lib/domain/deployment';
import type { Network } from '@/lib/domain/permissions';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import type { KnownToken } from '@/lib/domain/token';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import {
  findDeployment,
  keyOfStep,
  markStepSent,
  type Step,
  type StepResult,
  settleStep,
} from '@/lib/store/deployments';
import { findFacts } from '@/lib/store/usage';
import { settleIntent, withAudit } from './audit';
import { authorize, authorizeAgain } from './authorize';
import { type Connection, connect } from './connection';
import { lostAccessBy, makeBundle, sha256 } from './deployment-bundle';
import { rescan } from './live-versions';
import { type Actor, type ActorKind, absentActor, operatorActor } from './session';
import { mustStore } from './storage';

/** Between two looks at an answer that was lost, milliseconds. */
const CHECK_MS = 2_000;
/** An activation is looked at this often: soon at first, as it was just sent, milliseconds. */
const FOLLOW_MS = { min: 1_000, max: 15_000 };
/** A step is given up after so many tries in which nothing got through: about an hour. */
const TRIES_MAX = 360;
/** Between two looks at what a step waits for, at most, seconds. */
const WAIT_SECONDS_MAX = 10;

type MayBegin = () => boolean;

/** Works on a step as far as it comes now, and stores what became of it. Nothing is sent once `mayBegin` says no. */
export async function carryOut(step: Step, mayBegin: MayBegin): Promise<void> {
  let result: StepResult | null;
  try {
    if (step.state === 'waiting')
      result = await (step.kind === 'upload' ? upload(step, mayBegin) : activate(step, step.kind, mayBegin));
    else result = await (step.kind === 'upload' ? lookUpUpload(step) : lookUpActivation(step, step.kind));
  } catch (error) {
    log().error({ error, deployment: step.deployment_id, kind: step.kind }, 'a step failed');
    // What was sent is looked up; what was not can be asked for again.
    const state = step.state === 'waiting' && !sentSteps().has(keyOfStep(step)) ? 'failed' : 'checking';
    result = { state, code: 'internal', words: 'Token Desk met an unexpected error; its log has it.' };
    result.nextAt = now() + CHECK_MS;
  }
  sentSteps().delete(keyOfStep(step));
  if (result) settleStep(step, result);
}

/** Steps that this process has sent and not settled. */
function sentSteps(): Set<string> {
  return once('sent-steps', () => new Set<string>());
}

/** What becomes of a step that met `problem`. */
function refused(step: Step, problem: Problem): StepResult {
  const wasSent = sentSteps().has(keyOfStep(step));
  if (problem.code === 'outcome-unknown')
    return { state: 'checking', code: problem.code, words: problem.title, nextAt: now() + CHECK_MS };
  // Who lost the account will not get it back by waiting.
  const fate =
    problem.code === 'unknown-account' ? 'failed' : fateOf(problem, { wasSent, tries: step.tries });
  if (fate === 'failed' || step.tries >= TRIES_MAX)
    return { state: 'failed', code: problem.code, words: problemWords(problem) };
  return { state: 'waiting', code: problem.code, words: problem.title, nextAt: now() + holdMs(problem) };
}

/** The new version. */
async function upload(step: Step, mayBegin: MayBegin): Promise<StepResult> {
  const ready = await prepare(step, []);
  if (!ready.ok) return refused(step, ready.problem);
  const { actor, connection } = ready.value;
  const { client } = connection;
  const made = await makeBundle(step, ready.value);
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
        beforeSending(step, actor, { intent, checksum, mayBegin }),
      );
      return doubtful(created, `It is not known yet whether version ${version} was uploaded.`);
    },
    () => ({}),
    ({ requestId }) => requestId,
  );
  return sent.ok ? { state: 'done' } : refused(step, sent.problem);
}

/** The activation on a network: not when other code has become live there. */
async function activate(step: Step, network: Network, mayBegin: MayBegin): Promise<StepResult> {
  const ready = await prepare(step, [network]);
  if (!ready.ok) return refused(step, ready.problem);
  const { actor, connection, token } = ready.value;
  const { client } = connection;
  const { edgeworker, base, version, account, note, deployment_id: deployment } = step;
  const active = await listActivations(client, edgeworker, { activeOnly: true, network });
  if (!active.ok) return refused(step, active.problem);
  const live = active.value.find((one) => one.network === network)?.version ?? null;
  if (live === version) return { state: 'done', words: 'It was active already.' };
  if (live !== base) {
    const words =
      live === null
        ? `Nothing is live on ${network} now, not ${base} any more. Nothing was sent: somebody took it off.`
        : `Version ${live} is live on ${network} now, not ${base}. Nothing was sent: it would take the place of other code.`;
    return { state: 'failed', code: 'conflict', words };
  }
  const exchanged = { connection, replaces: step.replaces };
  const lost = await lostAccessBy(token.details, exchanged, { edgeWorker: edgeworker, networks: [network] });
  if (lost.networks.length > 0) {
    const words = `${token.name} is not allowed on ${network}: requests with it would get 401 there. Nothing was sent.`;
    return { state: 'failed', code: 'conflict', words };
  }
  const awaited = await dependencyOf(step, network, connection);
  if (awaited?.isUnderWay) {
    const title = `It waits for EdgeWorker ${awaited.edgeWorker}, on whose code it depends, to be active on ${network}.`;
    const advice = 'It takes up what that has live when it is activated.';
    return refused(step, fail('busy', 503, title, advice, soon(step)).problem);
  }
  if (awaited) {
    const words = `EdgeWorker ${awaited.edgeWorker}, on whose code it depends, has no new version active on ${network}. Nothing was sent: it would take up the code with the old token again.`;
    return { state: 'failed', code: 'conflict', words };
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
        beforeSending(step, actor, { intent, checksum: null, mayBegin }),
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

/** An EdgeWorker of the same deployment that this one depends on, and that is not active on the network yet; null for none. */
async function dependencyOf(
  step: Step,
  network: Network,
  connection: Connection,
): Promise<{ edgeWorker: string; isUnderWay: boolean } | null> {
  const { edgeworker: edgeWorker, base, account, deployment_id: id } = step;
  const own = findFacts(connection.client.id, { edgeWorker, version: base, revision: '' });
  const deployment = own && own.dependencies.length > 0 ? await findDeployment(account, id) : null;
  if (!deployment) return null;
  const awaited = deployment.items
    .filter((item) => own?.dependencies.includes(item.edgeworker) && targets(item).includes(network))
    .map(({ edgeworker, position }) => {
      const found = deployment.steps.find((one) => one.position === position && one.kind === network);
      return { edgeWorker: edgeworker, state: found?.state ?? null };
    })
    .filter(({ state }) => state !== 'done');
  const underWay = awaited.find(({ state }) => state !== null && isOpen(state));
  const [first] = underWay ? [underWay] : awaited;
  return first ? { edgeWorker: first.edgeWorker, isUnderWay: first === underWay } : null;
}

/** When a step looks again at what it waits for: soon at first. */
function soon({ tries }: Step): { retryAfterSeconds: number } {
  return { retryAfterSeconds: Math.min(WAIT_SECONDS_MAX, tries + 1) };
}

type Ready = { actor: Actor; connection: Connection; token: KnownToken };

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
    return fail('busy', 503, title, 'It waits until that is done.', soon(step));
  }
  if (read.value.activation === 'error')
    return fail(
      'conflict',
      409,
      `The activation of ${token} failed.`,
      'Refresh it, or choose another token.',
    );
  return ok({ actor, connection: connection.value, token: read.value });
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

type Sending = { intent: number; checksum: string | null; mayBegin: MayBegin };

/** When its turn has come: the right again, and on the disk that it is sent now. */
function beforeSending(step: Step, actor: Actor, { intent, checksum, mayBegin }: Sending) {
  const networks = step.kind === 'upload' ? [] : [step.kind];
  return async (): Promise<Result<null>> => {
    const still = await authorizeAgain(actor, 'edgeworker.deploy', { account: step.account, networks });
    if (!still.ok) return still;
    const marked = await mustStore(() => mayBegin() && markStepSent(step, intent, checksum));
    if (!marked.ok) return marked;
    const why = mayBegin() ? 'It was cancelled.' : 'The server is stopping.';
    if (!marked.value) return fail('busy', 503, why, 'Nothing was sent.');
    sentSteps().add(keyOfStep(step));
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

/** Milliseconds since an answer could come no more, at the latest: what is not there then may still be worked off. */
function sinceLost(sentAt: number): number {
  return now() - sentAt - settings().callMs;
}

/** What the versions of the EdgeWorker say of an upload whose answer was lost; null while they say nothing. */
async function lookUpUpload(step: Step): Promise<StepResult | null> {
  const { edgeworker, version, checksum, sent_at: sentAt } = step;
  const connection = await connect(step.account, step.actor_id);
  if (!connection.ok || checksum === null || sentAt === null) return later(step, CHECK_MS);
  const { client } = connection.value;
  const found = await listVersions(client, edgeworker);
  if (!found.ok) return later(step, holdMs(found.problem));
  let verdict = judgeUpload(found.value, { version, checksum }, sinceLost(sentAt), settings().settleMs);
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
  const known = history.find(({ id }) => id === activation);
  const one = known && state === 'following' ? known : findSent(history, sentAt, activation);
  const age = now() - sentAt;
  if (!one) {
    if (sinceLost(sentAt) < settings().settleMs || state === 'following') return later(step, CHECK_MS);
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
