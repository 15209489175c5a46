// Deployments: each step is on the disk before the next one begins, so that whoever comes after a kill knows whether
// anything can have been sent for it.
import { z } from 'zod';
import type { Replacement, StepKind } from '@/lib/domain/deployment';
import { NETWORKS, type Network } from '@/lib/domain/permissions';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { DeploymentItemTable, DeploymentStepTable, DeploymentTable } from './schema';

const OPEN = "('waiting', 'working', 'checking', 'following')";

/** The id of the deployment that this form began; null when it began none yet. */
export function findDeploymentOfAttempt(attempt: string): string | null {
  const [row] = database().raw.prepare('select id from deployment where attempt = ?').all(attempt);
  return row === undefined ? null : z.object({ id: z.string() }).parse(row).id;
}

/** Stores a deployment with an upload for each replacement that waits. */
export function insertDeployment(
  deployment: Omit<DeploymentTable, 'began_at'>,
  replacements: readonly Replacement[],
): void {
  const { raw } = database();
  const at = now();
  const insert = raw.transaction(() => {
    const { id, attempt, account, token, replaces, ...actor } = deployment;
    raw
      .prepare(
        `insert into deployment
           (id, attempt, account, actor_kind, actor_id, actor_name, token, replaces, began_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(id, attempt, account, actor.actor_kind, actor.actor_id, actor.actor_name, token, replaces, at);
    const addItem = raw.prepare(
      `insert into deployment_item (deployment_id, position, edgeworker, name, base, networks, version)
       values (?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const [position, { edgeWorker, base, networks, version }] of replacements.entries()) {
      addItem.run(id, position, edgeWorker.id, edgeWorker.name, base, JSON.stringify(networks), version);
      putStep(id, position, 'upload', null);
    }
  });
  insert.immediate();
}

/** Puts a step in that waits; one that failed or was cancelled waits anew. Whether it does. */
function putStep(id: string, position: number, kind: StepKind, note: string | null): boolean {
  const at = now();
  const { changes } = database()
    .raw.prepare(
      `insert into deployment_step (deployment_id, position, kind, state, tries, next_at, note, at)
       values (?, ?, ?, 'waiting', 0, ?, ?, ?)
       on conflict (deployment_id, position, kind) do update set state = 'waiting', tries = 0,
         next_at = excluded.next_at, intent = null, sent_at = null, checksum = null,
         note = excluded.note, code = null, words = null, at = excluded.at
       where state in ('failed', 'cancelled')`,
    )
    .run(id, position, kind, at, note, at);
  return changes === 1;
}

/** Has an upload that failed or was cancelled tried again, as `version`. Whether it was one of these. */
export function retryUpload(id: string, position: number, version: string): boolean {
  const { raw } = database();
  const retry = raw.transaction(() => {
    const isPut =
      raw
        .prepare(
          `select 1 from deployment_step where deployment_id = ? and position = ? and kind = 'upload'
             and state in ('failed', 'cancelled')`,
        )
        .all(id, position).length > 0;
    if (!isPut) return false;
    raw
      .prepare('update deployment_item set version = ? where deployment_id = ? and position = ?')
      .run(version, id, position);
    return putStep(id, position, 'upload', null);
  });
  return retry.immediate();
}

/** Asks for activations of these items on a network; those that are under way or done stay. How many were put in. */
export function putActivations(
  id: string,
  positions: readonly number[],
  network: Network,
  note: string | null,
): number {
  const put = database().raw.transaction(
    () => positions.filter((position) => putStep(id, position, network, note)).length,
  );
  return put.immediate();
}

/** A step with all that is needed to carry it out. */
export type Step = DeploymentStepTable &
  Omit<DeploymentItemTable, 'networks'> &
  Pick<DeploymentTable, 'account' | 'actor_kind' | 'actor_id' | 'token' | 'replaces'>;

function steps() {
  return database()
    .query.selectFrom('deployment_step')
    .innerJoin('deployment_item', (join) =>
      join
        .onRef('deployment_item.deployment_id', '=', 'deployment_step.deployment_id')
        .onRef('deployment_item.position', '=', 'deployment_step.position'),
    )
    .innerJoin('deployment', 'deployment.id', 'deployment_step.deployment_id')
    .selectAll('deployment_step')
    .select([
      'edgeworker',
      'name',
      'base',
      'version',
      'account',
      'actor_kind',
      'actor_id',
      'token',
      'replaces',
    ]);
}

/** The steps in one of these states whose time has come, those that wait longest first. */
export function listDueSteps(states: readonly DeploymentStepTable['state'][], at: number): Promise<Step[]> {
  return steps()
    .where('state', 'in', states)
    .where('next_at', '<=', at)
    .orderBy('next_at')
    .orderBy('deployment_step.position')
    .execute();
}

/** Whether anything is still to come of any deployment. */
export function hasOpenSteps(): boolean {
  return (
    database().raw.prepare(`select 1 from deployment_step where state in ${OPEN} limit 1`).all().length > 0
  );
}

/** Names of the tokens that deployments of the account put into live versions, of which anything is still to come. */
export function tokensBeingDeployed(account: string): ReadonlySet<string> {
  const rows = database()
    .raw.prepare(
      `select distinct token from deployment_step join deployment on deployment.id = deployment_id
       where account = ? and state in ${OPEN}`,
    )
    .all(account);
  return new Set(rows.map((row) => z.object({ token: z.string() }).parse(row).token));
}

/** How many of an account's uploads, or activations on a network, were sent since `at`. */
export function countSent(account: string, kind: StepKind, at: number): number {
  const [row] = database()
    .raw.prepare(
      `select count(*) as count from deployment_step join deployment on deployment.id = deployment_id
       where account = ? and kind = ? and sent_at > ?`,
    )
    .all(account, kind, at);
  return z.object({ count: z.number() }).parse(row).count;
}

type StepKey = Pick<DeploymentStepTable, 'deployment_id' | 'position' | 'kind'>;

/** What tells a step from all others, as one text. */
export function keyOfStep({ deployment_id: id, position, kind }: StepKey): string {
  return JSON.stringify([id, position, kind]);
}

/** Takes a step that waits to be worked on; false when it does not wait any more. */
export function takeStep({ deployment_id: id, position, kind }: StepKey): boolean {
  const { changes } = database()
    .raw.prepare(
      `update deployment_step set state = 'working', tries = tries + 1, intent = null, sent_at = null, words = null,
         at = ? where deployment_id = ? and position = ? and kind = ? and state = 'waiting'`,
    )
    .run(now(), id, position, kind);
  return changes === 1;
}

/** Notes that a step is sent now; false when it was cancelled meanwhile. On the disk when this returns. */
export function markStepSent(
  { deployment_id: id, position, kind }: StepKey,
  intent: number,
  checksum: string | null,
): boolean {
  const { changes } = database()
    .raw.prepare(
      `update deployment_step set sent_at = ?, intent = ?, checksum = ?
       where deployment_id = ? and position = ? and kind = ? and state = 'working'`,
    )
    .run(now(), intent, checksum, id, position, kind);
  return changes === 1;
}

/** What became of a step. `activation` and `nextAt` stay as they are when they are not told. */
export type StepResult = Pick<DeploymentStepTable, 'state'> & {
  code?: string | null;
  words?: string | null;
  activation?: string;
  nextAt?: number;
};

/** Gives a step that is under way another state; one that was cancelled or has ended keeps its own. */
export function settleStep({ deployment_id: id, position, kind }: StepKey, result: StepResult): void {
  const { state, code = null, words = null, activation = null, nextAt = null } = result;
  const at = now();
  database()
    .raw.prepare(
      `update deployment_step set state = ?, code = ?, words = ?, activation = coalesce(?, activation),
         next_at = coalesce(?, next_at), at = iif(state = ?, at, ?)
       where deployment_id = ? and position = ? and kind = ? and state in ('working', 'checking', 'following')`,
    )
    .run(state, code, words, activation, nextAt, state, at, id, position, kind);
}

/** Cancels what waits of a deployment, and what is prepared and not sent; how many steps. */
export function cancelUnsent(id: string): number {
  const { changes } = database()
    .raw.prepare(
      `update deployment_step set state = 'cancelled', at = ?
       where deployment_id = ? and (state = 'waiting' or (state = 'working' and sent_at is null))`,
    )
    .run(now(), id);
  return changes;
}

/** Takes up what an earlier run of the server was at: what was not sent waits again, what was sent is looked up. */
export function takeUpSteps(): void {
  const { raw } = database();
  const takeUp = raw.transaction(() => {
    const at = now();
    const update = (state: string, sent: string) =>
      raw
        .prepare(
          `update deployment_step set state = ?, next_at = ?, at = ? where state = 'working' and sent_at is ${sent}`,
        )
        .run(state, at, at);
    update('checking', 'not null');
    update('waiting', 'null');
  });
  takeUp.immediate();
}

export type ItemRow = Omit<DeploymentItemTable, 'networks'> & { networks: readonly Network[] };
export type DeploymentRow = DeploymentTable & { items: ItemRow[]; steps: DeploymentStepTable[] };

const networksSchema = z.array(z.enum(NETWORKS));

async function withRows(deployment: DeploymentTable): Promise<DeploymentRow> {
  const of = (table: 'deployment_item' | 'deployment_step') =>
    database().query.selectFrom(table).where('deployment_id', '=', deployment.id).orderBy('position');
  const [items, all] = await Promise.all([
    of('deployment_item').selectAll('deployment_item').execute(),
    of('deployment_step').selectAll('deployment_step').execute(),
  ]);
  const read = items.map((item) => ({ ...item, networks: networksSchema.parse(JSON.parse(item.networks)) }));
  return { ...deployment, items: read, steps: all };
}

export async function findDeployment(account: string, id: string): Promise<DeploymentRow | null> {
  const row = await database()
    .query.selectFrom('deployment')
    .selectAll()
    .where('id', '=', id)
    .where('account', '=', account)
    .executeTakeFirst();
  return row ? withRows(row) : null;
}

/** The newest deployments of an account. */
export async function listDeployments(account: string, limit: number): Promise<DeploymentRow[]> {
  const rows = await database()
    .query.selectFrom('deployment')
    .selectAll()
    .where('account', '=', account)
    .orderBy('began_at', 'desc')
    .limit(limit)
    .execute();
  return Promise.all(rows.map(withRows));
}
