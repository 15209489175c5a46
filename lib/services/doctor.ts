// The connection doctor: whether this server can speak for an account, step by step, and what to do where it cannot.
// Results are kept until the next check. Nothing in them names host, address or credential but the details for admins.
import 'server-only';
import { LIMITS } from '@/lib/akamai/client';
import { isOpenToOthers } from '@/lib/akamai/credentials';
import { listEdgeWorkerGroups } from '@/lib/akamai/edgeworkers';
import { getInitialization, listGroups } from '@/lib/akamai/namespaces';
import type { Priority } from '@/lib/akamai/pace';
import { probePath } from '@/lib/akamai/path-probe';
import { can } from '@/lib/domain/access';
import type { AccountLook } from '@/lib/domain/account';
import { dayAt } from '@/lib/domain/day';
import { type Answers, type Check, diagnose } from '@/lib/domain/diagnosis';
import { ok, type Problem, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import { listAccounts } from './accounts';
import { authorize } from './authorize';
import { type Connection, connect, offeredAccounts } from './connection';
import type { Actor } from './session';
import { settledWithin } from './wait';

export type ConnectionView = {
  account: AccountLook;
  /** Why there is nothing to check: its section cannot be used. */
  problem: Problem | null;
  /** Null as long as it was never checked. */
  checks: readonly Check[] | null;
  /** When the last check ended, milliseconds since 1970. */
  checkedAt: number | null;
  isRunning: boolean;
};

/** Checks of the same account within this time are one, milliseconds. */
const AGAIN_MS = 2_000;
/** A check that is quick is waited for, so that the next page has it, milliseconds. */
const QUICK_MS = 1_500;

type Examined = { checks: readonly Check[]; checkedAt: number };
/** `endedAt` by a clock that nobody sets: the doctor may have said that the server's is wrong. Milliseconds. */
type Known = { last: (Examined & { endedAt: number }) | null; running: Promise<Examined> | null };

const known = () => once('doctor', () => new Map<string, Known>());

/**
 * The last check of each account that the actor has access to; the details for who may see them. Problems:
 * `not-signed-in`, `no-credentials`.
 */
export async function readConnections(actor: Actor): Promise<Result<readonly ConnectionView[]>> {
  const accounts = await listAccounts(actor);
  if (!accounts.ok) return accounts;
  const views: ConnectionView[] = [];
  for (const account of accounts.value) {
    const touched = { account: account.slug };
    const allowed = await authorize(actor, 'connection.read', touched);
    if (!allowed.ok) return allowed;
    const connection = await connect(account.slug, actor.id);
    const problem = connection.ok ? null : connection.problem;
    const { last = null, running = null } = (connection.ok && known().get(account.slug)) || {};
    const mayDetails = can(actor.level, 'connection.details', actor.scope, touched);
    const checks = last?.checks.map((one) => (mayDetails ? one : { ...one, details: [] })) ?? null;
    views.push({ account, problem, checks, checkedAt: last?.checkedAt ?? null, isRunning: running !== null });
  }
  return ok(views);
}

/** Starts a check of the account and waits a moment for it. Problems: `unknown-account`, `no-credentials`, `forbidden`. */
export async function checkConnection(actor: Actor, account: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'connection.check', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  await settledWithin(examineOnce(connection.value, 'interactive'), QUICK_MS);
  return ok(null);
}

/** The same for every account of the actor. Problems: as `checkConnection`. */
export async function checkConnections(actor: Actor): Promise<Result<null>> {
  const accounts = await listAccounts(actor);
  if (!accounts.ok) return accounts;
  const done = await Promise.all(accounts.value.map(({ slug }) => checkConnection(actor, slug)));
  return done.find((one) => !one.ok) ?? ok(null);
}

/** Every account once, in the background, with one line of the log each. It authorises nobody: for the boot only. */
export async function checkAtStart(): Promise<void> {
  try {
    if (await isOpenToOthers(settings().edgerc))
      log().warn('the .edgerc can be read by other users of this machine');
    const offered = await offeredAccounts();
    if (!offered.ok) return log().warn({ title: offered.problem.title }, 'no connection to check');
    await Promise.all(
      offered.value.map(async ({ slug }) => {
        const connection = await connect(slug);
        if (connection.ok) logExamined(slug, await examineOnce(connection.value, 'background'));
        else log().warn({ account: slug, title: connection.problem.title }, 'no connection to check');
      }),
    );
  } catch (error) {
    log().error({ error }, 'connections were not checked');
  }
}

function logExamined(account: string, { checks }: Examined): void {
  const keys = (state: Check['state']) => checks.filter((one) => one.state === state).map(({ key }) => key);
  const [failed, attention] = [keys('failed'), keys('attention')];
  log()[failed.length > 0 ? 'warn' : 'info']({ account, failed, attention }, 'connection checked');
}

/** One examination for however many ask at the same time. */
function examineOnce(connection: Connection, priority: Priority): Promise<Examined> {
  const { slug } = connection.account;
  const entry: Known = known().get(slug) ?? { last: null, running: null };
  known().set(slug, entry);
  if (entry.last && performance.now() - entry.last.endedAt < AGAIN_MS) return Promise.resolve(entry.last);
  entry.running ??= examine(connection, priority)
    .then((examined) => {
      entry.last = { ...examined, endedAt: performance.now() };
      return examined;
    })
    .finally(() => {
      entry.running = null;
    });
  return entry.running;
}

/** At most as long as a call: what is not answered by then is told as not checked. */
async function examine({ client, base }: Connection, priority: Priority): Promise<Examined> {
  const { callMs, proxies } = settings();
  const deadline = performance.now() + callMs;
  const path = await probePath(base, proxies, Math.min(LIMITS.connectMs, callMs / 5));
  const isReached = path.connection.state === 'done' && (path.tls === null || path.tls.state === 'done');
  // AbortSignal.timeout takes whole milliseconds only.
  const left = Math.max(1, Math.floor(deadline - performance.now()));
  const options = { priority, signal: AbortSignal.timeout(left) };
  const none = Promise.resolve(null);
  const [initialization, groups, edgeWorkers] = await Promise.all([
    isReached ? settledWithin(getInitialization(client, options), left) : none,
    isReached ? settledWithin(listGroups(client, options), left) : none,
    isReached ? settledWithin(listEdgeWorkerGroups(client, options), left) : none,
  ]);
  const answers: Answers = {
    initialization,
    groups: groups?.ok ? ok(groups.value.groups) : groups,
    edgeWorkers,
  };
  const at = now();
  return { checks: diagnose(path, answers, dayAt(at)), checkedAt: at };
}
