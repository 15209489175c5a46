// What the permission editor chooses from: namespaces of both networks, and EdgeWorkers.
import 'server-only';
import { listEdgeWorkers as fetchEdgeWorkers } from '@/lib/akamai/edgeworkers';
import { listNamespaces as fetchNamespaces } from '@/lib/akamai/namespaces';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import { mergeNamespaces, type Namespace } from '@/lib/domain/namespace';
import { ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { once } from '@/lib/platform/once';
import { authorize } from './authorize';
import { connect } from './connection';
import type { Actor } from './session';

/** Namespaces and EdgeWorkers change rarely; a list this young is not asked for again, milliseconds. */
const FRESH_MS = 60_000;

/** Namespaces of both networks, `default` first. Problems: `not-signed-in`, `unknown-account`, those of Akamai. */
export async function listNamespaces(actor: Actor, account: string): Promise<Result<readonly Namespace[]>> {
  const allowed = await authorize(actor, 'namespace.list');
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  return cached(knownNamespaces(), account, async () => {
    const [staging, production] = await Promise.all([
      fetchNamespaces(connection.value.client, 'staging'),
      fetchNamespaces(connection.value.client, 'production'),
    ]);
    if (!staging.ok) return staging;
    if (!production.ok) return production;
    return ok(mergeNamespaces(staging.value, production.value));
  });
}

/** All EdgeWorkers by name. Needs the EdgeWorkers grant. Problems: as `listNamespaces`. */
export async function listEdgeWorkers(actor: Actor, account: string): Promise<Result<readonly EdgeWorker[]>> {
  const allowed = await authorize(actor, 'edgeworker.list');
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  return cached(knownEdgeWorkers(), account, async () => {
    const read = await fetchEdgeWorkers(connection.value.client);
    return read.ok ? ok([...read.value].sort((a, b) => (a.name < b.name ? -1 : 1))) : read;
  });
}

type Known<T> = Map<string, { readAt: number; reading: Promise<Result<T>> }>;

const knownNamespaces = () => once('namespaces', (): Known<readonly Namespace[]> => new Map());
const knownEdgeWorkers = () => once('edgeworkers', (): Known<readonly EdgeWorker[]> => new Map());

/** One call for many readers; a failure is told to all who wait and not kept. */
function cached<T>(known: Known<T>, account: string, read: () => Promise<Result<T>>): Promise<Result<T>> {
  const last = known.get(account);
  if (last && now() - last.readAt < FRESH_MS) return last.reading;
  const reading = read();
  known.set(account, { readAt: now(), reading });
  void reading.then((result) => {
    if (!result.ok) known.delete(account);
  });
  return reading;
}
