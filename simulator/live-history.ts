// What was live when: which tokens each active version held, and which of them were revoked all the same.
import { tokenizer } from 'acorn';
import { SIM_NETWORKS, type SimAccount, type SimEdgeWorker, type SimNetwork, type SimToken } from './account';
import { completedOn } from './activations';
import { contentOf, revisionsOf, type SimRevision } from './revisions';
import { bundleFiles } from './validation';

/** A version that was active on a network, and the tokens that its files hold. Times are ISO 8601 in UTC. */
export type LiveSpan = {
  edgeWorkerId: number;
  network: SimNetwork;
  version: string;
  /** Of an EdgeWorker with dependencies, whose code is live with its own. */
  revisionId: string | null;
  from: string;
  /** Null: it is active still. */
  to: string | null;
  tokens: { name: string; uuid: string }[];
};
export type Revocation = { at: string; name: string; uuid: string };
export type LiveHistory = { spans: LiveSpan[]; revocations: Revocation[] };

/** A version that was live with a token that had been revoked: its requests with it were refused. */
export type Overlap = Omit<LiveSpan, 'tokens'> & { token: string; uuid: string; revokedAt: string };

/** Every time at which an active version held a revoked token, by the end of the history. */
export function overlapsOf({ spans, revocations }: LiveHistory): Overlap[] {
  const revoked = new Map(revocations.map(({ uuid, at }) => [uuid, at]));
  return spans.flatMap(({ tokens, ...span }) =>
    tokens.flatMap(({ name, uuid }) => {
      const revokedAt = revoked.get(uuid);
      if (revokedAt === undefined || (span.to !== null && span.to <= revokedAt)) return [];
      const [, from = revokedAt] = [span.from, revokedAt].sort();
      return [{ ...span, from, token: name, uuid, revokedAt }];
    }),
  );
}

/** The history of an account until now. */
export function liveHistory(account: SimAccount, now: number): LiveHistory {
  const gone = account.revocations.map(({ token }) => token);
  const known = [...account.tokens.values(), ...gone];
  return {
    spans: account.edgeWorkers.flatMap((one) => {
      const revisions = revisionsOf(account, one, now);
      return SIM_NETWORKS.flatMap((network) => spansOf(one, network, revisions, known, now));
    }),
    revocations: account.revocations.map(({ at, token: { name, uuid } }) => ({ at: iso(at), name, uuid })),
  };
}

type LiveChange = { version: string | null; revisionId: string | null; from: number; content: Buffer | null };

function spansOf(
  edgeWorker: SimEdgeWorker,
  network: SimNetwork,
  revisions: readonly SimRevision[],
  known: readonly SimToken[],
  now: number,
): LiveSpan[] {
  const done = completedOn(edgeWorker, network, now);
  const changes = done.flatMap(({ id, version, endsAt }): LiveChange[] => {
    const combined = revisions.filter(({ activation }) => activation.id === id);
    if (combined.length > 0)
      return combined.map((one) => ({ version, revisionId: one.id, from: one.from, content: one.content }));
    const content = version === null ? null : contentOf(edgeWorker, version);
    return [{ version, revisionId: null, from: endsAt, content }];
  });
  return changes.flatMap(({ version, revisionId, from, content }, index) => {
    if (version === null || !content) return [];
    const next = changes[index + 1];
    const times = { from: iso(from), to: next ? iso(next.from) : null };
    const tokens = tokensIn(content, known);
    return [{ edgeWorkerId: edgeWorker.id, network, version, revisionId, ...times, tokens }];
  });
}

/** The tokens that a bundle holds, by their uuids and values in any of its files. */
function tokensIn(bundle: Buffer, known: readonly SimToken[]): { name: string; uuid: string }[] {
  const texts = textsIn(bundle);
  return known
    .filter(({ uuid, value }) => texts.has(uuid) || (value !== null && texts.has(value)))
    .map(({ name, uuid }) => ({ name, uuid }));
}

const UUID_OR_JWT = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
const remembered = new WeakMap<Buffer, ReadonlySet<string>>();

function textsIn(bundle: Buffer): ReadonlySet<string> {
  const known = remembered.get(bundle);
  if (known) return known;
  const files = [...(bundleFiles(bundle) ?? [])];
  const texts = files.flatMap(([name, data]) => {
    const text = data.toString('utf8');
    const parts = name.endsWith('.js') ? stringsOf(text) : [text];
    return parts.flatMap((one) => one.match(UUID_OR_JWT) ?? []);
  });
  const found = new Set(texts);
  remembered.set(bundle, found);
  return found;
}

/** The strings of a script, as what stands in comments is not held; all of a text that is no script. */
function stringsOf(text: string): string[] {
  try {
    return [...tokenizer(text, { ecmaVersion: 'latest', sourceType: 'module' })]
      .filter(({ type }) => ['string', 'template'].includes(type.label))
      .map(({ start, end }) => text.slice(start, end));
  } catch (error) {
    if (error instanceof SyntaxError) return [text];
    throw error;
  }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
