// Refreshing many tokens: a run is stored first and worked off in the background (bulk-worker.ts), so that it goes on when
// whoever began it leaves, and when the server ends in the middle of it.
import 'server-only';
import { levelOn } from '@/lib/domain/access';
import { type ItemState, isUnderWay, type RunCounts } from '@/lib/domain/bulk-run';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { SELECTED_MAX } from '@/lib/domain/selection';
import { now } from '@/lib/platform/clock';
import {
  cancelRun as cancelRunRow,
  findRun,
  findRunOfAttempt,
  insertRun,
  listItems,
  listOpenNames,
  listOpenRunRows,
  listRetriedNames,
  listRunRows,
  pruneRuns,
  type RunRow,
} from '@/lib/store/bulk-runs';
import { recordSingle, withAudit } from './audit';
import { authorize } from './authorize';
import { wakeBulk } from './bulk-worker';
import { connect } from './connection';
import type { Actor } from './session';
import { mustStore, tryToStore } from './storage';
import { nameFor, whoBegan } from './who';

/** How long a run that ended is kept, milliseconds. */
const KEPT_MS = 90 * 24 * 60 * 60_000;
const SHOWN_MAX = 50;
const ID_LENGTH_MAX = 100;

type Begun = { id: string };

/**
 * Begins a run that refreshes the tokens `names`. `attempt` is the id of the form that asks: the same id again begins
 * nothing, and returns the first one's run. Problems: `not-signed-in`, `forbidden`, `unknown-account`, `no-credentials`,
 * `bad-request`, `invalid-fields`, `conflict` when other runs are refreshing all of them, `audit-unavailable`,
 * `storage-unavailable`.
 */
export async function beginRun(
  actor: Actor,
  account: string,
  names: readonly string[],
  attempt: string,
): Promise<Result<Begun>> {
  const allowed = await authorize(actor, 'token.refresh', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  return begin(actor, account, { names, attempt, retryOf: null });
}

/**
 * Begins a run of those tokens of another one that failed or were cancelled. Problems: as `beginRun`, and `not-found`.
 */
export async function retryRun(
  actor: Actor,
  account: string,
  id: string,
  attempt: string,
): Promise<Result<Begun>> {
  const allowed = await authorize(actor, 'token.refresh', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const run = await findRun(account, id);
  if (!run) return noSuchRun();
  return begin(actor, account, { names: await listRetriedNames(run.id), attempt, retryOf: run.id });
}

type Wanted = { names: readonly string[]; attempt: string; retryOf: string | null };

async function begin(actor: Actor, account: string, { names, attempt, retryOf }: Wanted) {
  const unique = [...new Set(names)];
  if (attempt === '' || attempt.length > ID_LENGTH_MAX)
    return fail('bad-request', 400, 'The form has no id.', 'Nothing was begun. Load the page again.');
  if (unique.length === 0 || unique.length > SELECTED_MAX || unique.some((name) => name === '')) {
    const advice = `Nothing was begun. Select 1 to ${SELECTED_MAX} tokens.`;
    return fail('invalid-fields', 422, 'So many tokens cannot be refreshed at once.', advice);
  }
  // From here to the row there is no await: who sends the form twice finds the first one's run.
  const key = `${actor.id} ${attempt}`;
  const earlier = findRunOfAttempt(key);
  if (earlier !== null) return ok({ id: earlier });
  const id = crypto.randomUUID();
  const detail = { tokens: unique, ...(retryOf === null ? {} : { retryOf }) };
  const begun = await withAudit(
    actor,
    { action: 'bulk.begin', target: id, account, detail },
    async (): Promise<Result<Begun>> => {
      const { kind, id: actorId, name } = actor;
      const run = { id, attempt: key, account, retry_of: retryOf };
      const stored = await mustStore(() =>
        insertRun(
          { ...run, actor_kind: kind, actor_id: actorId, actor_name: name },
          unique,
          'Another run was refreshing it already. Nothing was sent.',
        ),
      );
      if (!stored.ok) return stored;
      return stored.value > 0 ? ok({ id }) : allTaken();
    },
  );
  if (begun.ok) {
    await tryToStore(async () => pruneRuns(now() - KEPT_MS));
    wakeBulk();
  }
  return begun;
}

function allTaken() {
  const advice = 'Nothing was begun. Look at the runs that are under way.';
  return fail('conflict', 409, 'Other runs are refreshing all of these tokens.', advice);
}

function noSuchRun(): { ok: false; problem: Problem } {
  return fail('not-found', 404, 'There is no such run.', 'Runs are kept for 90 days after they began.');
}

/**
 * Cancels a run: what waits is not refreshed any more, what is being sent ends. For who began it, and for admins.
 * Problems: `not-signed-in`, `forbidden`, `unknown-account`, `not-found`, `conflict` when there is nothing to cancel,
 * `audit-unavailable`, `storage-unavailable`.
 */
export async function cancelRun(actor: Actor, account: string, id: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'token.refresh', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const run = await findRun(account, id);
  if (!run) return noSuchRun();
  const act = { action: 'bulk.cancel', target: id, account };
  if (!mayCancel(actor, run)) {
    recordSingle(actor, act, 'forbidden');
    const advice = 'The run goes on. Who began it can cancel it, and every admin.';
    return fail('forbidden', 403, 'You may not cancel this run.', advice);
  }
  return withAudit(actor, act, async () => {
    const stored = await mustStore(() => cancelRunRow(id, actor.name));
    if (!stored.ok) return stored;
    if (stored.value) return ok(null);
    return fail('conflict', 409, 'This run has ended already.', 'Nothing was changed.');
  });
}

function mayCancel({ id, level, scope }: Actor, run: RunRow): boolean {
  return run.actor_id === id || levelOn(level, scope, run.account) === 'admin';
}

export type RunSummary = {
  id: string;
  beganAt: number;
  /** `you`, a name for admins, else `somebody else`: people's addresses are not for everybody. */
  who: string;
  counts: RunCounts;
  isUnderWay: boolean;
  cancelledAt: number | null;
};

export type RunView = RunSummary & {
  cancelledBy: string | null;
  /** The run that this one tries again. */
  retryOf: string | null;
  /** Nothing gets through now: since when, why, and when it is tried again; null while it does. */
  held: { since: number; words: string; nextAt: number } | null;
  mayCancel: boolean;
  items: readonly ItemView[];
};

export type ItemView = { name: string; state: ItemState; words: string | null };

/** One run with all its tokens. Problems: `not-signed-in`, `unknown-account`, `not-found`. */
export async function readRun(actor: Actor, account: string, id: string): Promise<Result<RunView>> {
  const allowed = await authorize(actor, 'token.read', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const run = await findRun(account, id);
  if (!run) return noSuchRun();
  const items = await listItems(id);
  const { held_since: since, held_words: words, next_at: nextAt } = run;
  const summary = toSummary(actor, run);
  return ok({
    ...summary,
    cancelledBy: run.cancelled_by === null ? null : nameFor(actor, run.cancelled_by, run.account),
    retryOf: run.retry_of,
    held: since === null || !summary.isUnderWay ? null : { since, words: words ?? '', nextAt },
    mayCancel: mayCancel(actor, run),
    items: items.map((item) => ({ name: item.name, state: item.state, words: item.words })),
  });
}

/** The newest runs of an account. Problems: `not-signed-in`, `unknown-account`. */
export async function listRuns(actor: Actor, account: string): Promise<Result<readonly RunSummary[]>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  return ok((await listRunRows(account, SHOWN_MAX)).map((run) => toSummary(actor, run)));
}

export type OpenRuns = {
  runs: readonly RunSummary[];
  /** The tokens that they are refreshing, each with its run. */
  names: ReadonlyMap<string, string>;
};

/** What is under way in an account. Problems: `not-signed-in`, `unknown-account`. */
export async function listOpenRuns(actor: Actor, account: string): Promise<Result<OpenRuns>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const rows = await listOpenRunRows(account);
  const names = rows.length === 0 ? new Map<string, string>() : await listOpenNames(account);
  return ok({ runs: rows.map((run) => toSummary(actor, run)), names });
}

function toSummary(actor: Actor, run: RunRow): RunSummary {
  return {
    id: run.id,
    beganAt: run.began_at,
    who: whoBegan(actor, run),
    counts: run.counts,
    isUnderWay: isUnderWay(run.counts),
    cancelledAt: run.cancelled_at,
  };
}
