// The bundle of a new version: what is live, with another token in it. Nothing of it is kept.
import 'server-only';
import { createHash } from 'node:crypto';
import { downloadVersion, validateBundle } from '@/lib/akamai/edgeworkers';
import { readArchive } from '@/lib/domain/archive';
import { patchBundle, renameVersion } from '@/lib/domain/bundle';
import { matchFacts, readBundleFacts } from '@/lib/domain/bundle-doctor';
import { nameOfUse, type PlacedUse } from '@/lib/domain/bundle-token-use';
import { dayAt } from '@/lib/domain/day';
import { type LostAccess, lostAccess, namespacesHeldBy, refusalWords } from '@/lib/domain/deployment';
import type { Network } from '@/lib/domain/permissions';
import { fail, ok, type Result } from '@/lib/domain/problem';
import type { KnownToken, TokenDetails } from '@/lib/domain/token';
import { now } from '@/lib/platform/clock';
import type { Step } from '@/lib/store/deployments';
import { findFacts } from '@/lib/store/usage';
import { retrieve } from './bundles';
import type { Connection } from './connection';
import type { Actor } from './session';
import { cachedTokens } from './token-cache';

type Made = { bytes: Uint8Array; checksum: string };

/** Who puts which token in. */
type By = { actor: Actor; connection: Connection; token: KnownToken };

/** The live version's bundle with the token in it, under the new version, as Akamai's validation takes it. */
export async function makeBundle(step: Step, by: By): Promise<Result<Made>> {
  const { connection } = by;
  const { edgeworker, base, version, replaces } = step;
  const { client } = connection;
  const content = await downloadVersion(client, edgeworker, base);
  if (!content.ok) return content;
  const isPassedOn = await usesThroughDependency(connection, { edgeWorker: edgeworker, base }, replaces);
  const made = isPassedOn
    ? await renameVersion(content.value, version)
    : await withToken(step, by, content.value);
  if (!made.ok) return made;
  const validated = await validateBundle(client, made.value);
  if (!validated.ok) return validated;
  const { errors } = validated.value;
  if (errors.length > 0) return fail('bundle-refused', 422, refusalWords(errors), 'Nothing was uploaded.');
  return ok({ bytes: made.value, checksum: sha256(made.value) });
}

async function withToken(
  { account, version, replaces, edgeworker }: Step,
  { actor, connection, token: { name, details } }: By,
  content: Buffer,
): Promise<Result<Uint8Array>> {
  const lost = await lostAccessBy(
    details,
    { connection, replaces },
    { edgeWorker: edgeworker, networks: [] },
  );
  if (lost.edgeWorker) {
    const advice = 'Nothing was uploaded. Duplicate it with that EdgeWorker, or choose another token.';
    return fail('conflict', 409, `${name} is not allowed for EdgeWorker ${edgeworker}.`, advice);
  }
  const held = await namespacesHeld(content, { connection, replaces, edgeWorker: edgeworker });
  if (!held.ok) return held;
  const entries = await retrieve(actor, account, 'bundle.patch', [name]);
  if (!entries.ok) return entries;
  const options = { overwrite: true, version, namespaces: held.value };
  const patched = await patchBundle(content, entries.value, options);
  if (!patched.ok) return patched;
  const { bytes } = patched.value;
  const left = await leftOf(bytes, { replaces, edgeworker }, connection);
  if (!left.ok) return left;
  if (held.value?.length !== 0) return ok(bytes);
  const advice = 'Nothing was uploaded. Scan the EdgeWorkers again to see what it holds.';
  return fail('conflict', 409, `The live version does not hold ${replaces}.`, advice);
}

/** Whose entries are written: those of the token that is replaced, and of no other. */
type Replaced = { connection: Connection; replaces: string | null; edgeWorker: string };

/**
 * The namespaces for which the tokens file of a live bundle holds the token that is replaced; null when none is, so that
 * every entry may be written. Problems: those of the archive, and of the list of tokens.
 */
export async function namespacesHeld(
  content: Uint8Array,
  { connection, replaces, edgeWorker }: Replaced,
): Promise<Result<readonly string[] | null>> {
  if (replaces === null) return ok(null);
  const uses = await usesOf(content, edgeWorker, connection);
  if (!uses.ok) return uses;
  return ok(namespacesHeldBy(uses.value, replaces));
}

async function usesOf(
  bytes: Uint8Array,
  edgeWorker: string,
  connection: Connection,
): Promise<Result<readonly PlacedUse[]>> {
  const [archive, tokens] = await Promise.all([readArchive(bytes), cachedTokens(connection)]);
  if (!archive.ok) return archive;
  if (!tokens.ok) return tokens;
  const facts = readBundleFacts(archive.value, bytes.byteLength);
  return ok(matchFacts(facts, { tokens: tokens.value.tokens, today: dayAt(now()), edgeWorker }).uses);
}

/** What a live version would lose with a token of these `details` in place of `replaces`, as far as that one is known. */
export async function lostAccessBy(
  details: TokenDetails,
  { connection, replaces }: { connection: Connection; replaces: string | null },
  live: { edgeWorker: string; networks: readonly Network[] },
): Promise<LostAccess> {
  const atMost = lostAccess(details, null, live);
  if (replaces === null || (!atMost.edgeWorker && atMost.networks.length === 0)) return atMost;
  const tokens = await cachedTokens(connection);
  const before = tokens.ok ? tokens.value.tokens.find(({ name }) => name === replaces)?.details : null;
  return lostAccess(details, before ?? null, live);
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
  return !matchFacts(own, context).uses.some((use) => nameOfUse(use) === token);
}

/** Ok, unless the bundle still holds the token that must be gone. */
async function leftOf(
  bytes: Uint8Array,
  { replaces, edgeworker }: Pick<Step, 'replaces' | 'edgeworker'>,
  connection: Connection,
): Promise<Result<null>> {
  if (replaces === null) return ok(null);
  const uses = await usesOf(bytes, edgeworker, connection);
  if (!uses.ok) return uses;
  const left = uses.value.filter((use) => nameOfUse(use) === replaces);
  const [first] = left;
  if (!first) return ok(null);
  const title = `The patched bundle would still use ${replaces}, for ${first.key} in ${first.path}.`;
  const advice = first.isInlined
    ? 'Nothing was uploaded. It is written into code: build the bundle again with the new token.'
    : 'Nothing was uploaded. The new token has no permission on that namespace: give it one.';
  return fail('conflict', 409, title, advice);
}

/** SHA-256 in hex, as Akamai's checksum of a version. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
