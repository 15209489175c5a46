// Flexible composition: what an EdgeWorker with dependencies runs is a combined bundle, of which each has a revision.
import { z } from 'zod';
import type { SimAccount, SimActivation, SimEdgeWorker, SimNetwork } from './account';
import { activeOn, completedOn, statusOf } from './activations';
import { packFiles } from './bundle';
import { bundleFiles } from './validation';

export type SimRevision = {
  /** The activation's id, a dash, and a count from 1. */
  id: string;
  activation: SimActivation & { version: string };
  status: ReturnType<typeof statusOf>;
  /** Epoch ms. */
  madeAt: number;
  /** When it became what the network runs. */
  from: number;
  content: Buffer;
};

/** Akamai's limit of the height of a tree. */
const DEPTH_MAX = 5;

const manifest = z.object({
  dependencies: z
    .record(z.string(), z.object({ edgeWorkerId: z.coerce.number(), version: z.string() }))
    .default({}),
});
type Dependency = z.infer<typeof manifest>['dependencies'][string];

/**
 * All revisions of an EdgeWorker, the oldest first. The first of an activation is made with it. Only one that follows its
 * dependencies has more, whenever another version of one of them becomes active: by default Akamai pins the first.
 * Without dependencies there is a placeholder; whether Akamai lists it is not known.
 */
export function revisionsOf(
  account: SimAccount,
  edgeWorker: SimEdgeWorker,
  now: number,
  withPlaceholders = false,
): SimRevision[] {
  return edgeWorker.activations.flatMap((row): SimRevision[] => {
    const { version, network, startedAt, endsAt } = row;
    const dependencies = version === null ? [] : dependenciesOf(contentOf(edgeWorker, version));
    if (version === null || (dependencies.length === 0 && !withPlaceholders)) return [];
    const activation = { ...row, version };
    const make = (index: number, madeAt: number, from: number): SimRevision => ({
      id: `${row.id}-${index + 1}`,
      activation,
      status: statusOf(row, now),
      madeAt,
      from,
      content: packFiles(
        Object.fromEntries(filesOf(account, edgeWorker, { version, network, at: madeAt }, DEPTH_MAX)),
      ),
    });
    if (dependencies.length === 0) return [{ ...make(0, startedAt, endsAt), id: `${row.id}-0` }];
    const end = completedOn(edgeWorker, network, now).find((one) => one.endsAt > endsAt)?.endsAt ?? now;
    const renewals = edgeWorker.followsDependencies
      ? renewalsOf(account, dependencies, network, now).filter((at) => at > endsAt && at < end)
      : [];
    return [make(0, startedAt, endsAt), ...renewals.map((at, index) => make(index + 1, at, at))];
  });
}

/** When another version of a direct dependency became active. */
function renewalsOf(
  { edgeWorkers }: SimAccount,
  dependencies: readonly Dependency[],
  network: SimNetwork,
  now: number,
): number[] {
  const followed = dependencies.filter(({ version }) => version === 'active');
  return edgeWorkers
    .filter(({ id }) => followed.some(({ edgeWorkerId }) => edgeWorkerId === id))
    .flatMap((one) => completedOn(one, network, now).map(({ endsAt }) => endsAt))
    .sort((a, b) => a - b);
}

type Wanted = { version: string; network: SimNetwork; at: number };

/** An EdgeWorker's own files and, each in a folder, those of its dependencies. The folder's name is a guess: the ID. */
function filesOf(
  account: SimAccount,
  edgeWorker: SimEdgeWorker,
  { version, network, at }: Wanted,
  depth: number,
): [string, Buffer][] {
  const content = contentOf(edgeWorker, version);
  const children = dependenciesOf(content).flatMap(({ edgeWorkerId, version: asked }) => {
    const child = account.edgeWorkers.find(({ id }) => id === edgeWorkerId);
    const childVersion = child && versionAskedFor(child, asked, network, at);
    if (!child || !childVersion || depth === 0) return [];
    const files = filesOf(account, child, { version: childVersion, network, at }, depth - 1);
    return files.map(([name, data]): [string, Buffer] => [`${edgeWorkerId}/${name}`, data]);
  });
  return [...((content && bundleFiles(content)) ?? []), ...children];
}

/** `active`, or `revisionId:` and the id of a revision, which keeps the version of its activation. */
function versionAskedFor(child: SimEdgeWorker, asked: string, network: SimNetwork, at: number) {
  if (asked === 'active') return activeOn(child, network, at)?.version ?? null;
  const [, activationId] = /^revisionId:(\d+)-\d+$/.exec(asked) ?? [];
  return child.activations.find(({ id }) => String(id) === activationId)?.version ?? null;
}

/** The .tgz of a version, also when it was deleted since. */
export function contentOf({ versions, deletedVersions }: SimEdgeWorker, version: string): Buffer | null {
  return [...versions, ...deletedVersions].find((one) => one.version === version)?.content ?? null;
}

const remembered = new WeakMap<Buffer, readonly Dependency[]>();

function dependenciesOf(content: Buffer | null): readonly Dependency[] {
  if (!content) return [];
  const known = remembered.get(content);
  if (known) return known;
  const text = bundleFiles(content)?.get('bundle.json')?.toString('utf8') ?? '{}';
  const read = manifest.safeParse(JSON.parse(text));
  const found = read.success ? Object.values(read.data.dependencies) : [];
  remembered.set(content, found);
  return found;
}
