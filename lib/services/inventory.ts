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
import { notAnsweredYet, settledWithin, type Wait, waitMs } from './wait';

/** Namespaces and EdgeWorkers change rarely; a list this young is not asked for again, milliseconds. */
const FRESH_MS = 60_000;

/**
 * Namespaces of both networks, `default` first. An older list while Akamai is slow or away. Problems: `not-signed-in`,
 * `unknown-account`, those of Akamai; who waits `briefly` gets `akamai-timeout` when there is no older one yet.
 */
export async function listNamespaces(
  actor: Actor,
  account: string,
  wait: Wait = 'fully',
): Promise<Result<readonly Namespace[]>> {
  const allowed = await authorize(actor, 'namespace.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const { client } = connection.value;
  return cached(knownNamespaces(), client.id, wait, async () => {
    const [staging, production] = await Promise.all([
      fetchNamespaces(client, 'staging'),
      fetchNamespaces(client, 'production'),
    ]);
    if (!staging.ok) return staging;
    if (!production.ok) return production;
    return ok(mergeNamespaces(staging.value, production.value));
  });
}

/** All EdgeWorkers by name. Needs the EdgeWorkers grant. Older ones and problems: as `listNamespaces`. */
export async function listEdgeWorkers(
  actor: Actor,
  account: string,
  wait: Wait = 'fully',
): Promise<Result<readonly EdgeWorker[]>> {
  const allowed = await authorize(actor, 'edgeworker.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const { client } = connection.value;
  return cached(knownEdgeWorkers(), client.id, wait, async () => {
    const read = await fetchEdgeWorkers(client);
    return read.ok ? ok([...read.value].sort((a, b) => (a.name < b.name ? -1 : 1))) : read;
  });
}

type Known<T> = {
  last: { value: T; readAt: number } | null;
  reading: { askedAt: number; result: Promise<Result<T>> } | null;
};

const knownNamespaces = () => once('namespaces', () => new Map<string, Known<readonly Namespace[]>>());
const knownEdgeWorkers = () => once('edgeworkers', () => new Map<string, Known<readonly EdgeWorker[]>>());

/** One call for many readers. A failure is told to all who wait for the first list; after that the older one is. */
async function cached<T>(
  all: Map<string, Known<T>>,
  id: string,
  wait: Wait,
  read: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const known: Known<T> = all.get(id) ?? { last: null, reading: null };
  all.set(id, known);
  const { last } = known;
  if (last && Math.abs(now() - last.readAt) < FRESH_MS) return ok(last.value);
  known.reading ??= start(known, read);
  const { askedAt, result } = known.reading;
  // Names change rarely: nobody waits long for newer ones.
  const answered = await settledWithin(result, waitMs(last ? 'briefly' : wait, askedAt));
  if (answered?.ok) return answered;
  if (last) return ok(last.value);
  return answered ?? notAnsweredYet();
}

function start<T>(known: Known<T>, read: () => Promise<Result<T>>): NonNullable<Known<T>['reading']> {
  const result = read().then((answered) => {
    known.reading = null;
    if (answered.ok) known.last = { value: answered.value, readAt: now() };
    return answered;
  });
  return { askedAt: now(), result };
}
