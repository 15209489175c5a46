// What a token can do, as a sentence: used by the editor while it is made, and by the token's page.
import type { Day } from './day';
import { formatDay } from './day';
import { joinWords, type NamespacePermissions, NETWORKS, type Network, permissionWords } from './permissions';
import type { AllowedEdgeWorkers } from './token';

/** A piece of the sentence: plain, stressed, or a name of data. */
export type Segment = { kind: 'text' | 'strong' | 'mono'; text: string };

export type Subject = {
  permissions: NamespacePermissions;
  networks: Readonly<Record<Network, boolean>>;
  edgeWorkers: AllowedEdgeWorkers;
  expiry: Day | null;
};

/** More namespaces than this with the same rights are counted, not named. */
const NAMED_MAX = 6;

/** "Can **read and write** `cart` and **read** `default`, on **staging**, from 2 EdgeWorkers. It does not expire." */
export function tokenSentence({ permissions, networks, edgeWorkers, expiry }: Subject): Segment[] {
  if (permissions.size === 0) return [text('Can do nothing yet: choose what it may read, write or delete.')];
  const groups = [...groupByRights(permissions)];
  const on = NETWORKS.filter((network) => networks[network]);
  return [
    text('Can '),
    ...groups.flatMap(([rights, names], index) => [
      text(index === 0 ? '' : index === groups.length - 1 ? ' and ' : ', '),
      strong(rights),
      text(' '),
      ...nameList(names),
    ]),
    ...(on.length > 0 ? [text(', on '), strong(joinWords(on))] : [text(', on no network yet')]),
    ...fromEdgeWorkers(edgeWorkers),
    text(expiry === null ? '. It does not expire.' : `. It expires on ${formatDay(expiry)}.`),
  ].filter((segment) => segment.text !== '');
}

/** The sentence without its marks. */
export function sentenceText(segments: readonly Segment[]): string {
  return segments.map((segment) => segment.text).join('');
}

function groupByRights(permissions: NamespacePermissions): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [namespace, held] of permissions) {
    const rights = permissionWords(held);
    groups.set(rights, [...(groups.get(rights) ?? []), namespace]);
  }
  return groups;
}

function nameList(names: readonly string[]): Segment[] {
  if (names.length > NAMED_MAX) return [strong(`${names.length} namespaces`)];
  return names.flatMap((name, index) => [
    text(index === 0 ? '' : index === names.length - 1 ? ' and ' : ', '),
    { kind: 'mono' as const, text: name },
  ]);
}

function fromEdgeWorkers(edgeWorkers: AllowedEdgeWorkers): Segment[] {
  if (edgeWorkers === 'all') return [text(', from '), strong('all EdgeWorkers')];
  if (edgeWorkers.length === 0) return [text(', from no EdgeWorker yet')];
  if (edgeWorkers.length === 1)
    return [text(', from EdgeWorker '), { kind: 'mono', text: edgeWorkers[0] ?? '' }];
  return [text(`, from ${edgeWorkers.length} EdgeWorkers`)];
}

function text(given: string): Segment {
  return { kind: 'text', text: given };
}

function strong(given: string): Segment {
  return { kind: 'strong', text: given };
}
