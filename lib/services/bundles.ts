// Putting tokens into tokens files and bundles. The only service that handles a legacy token's value: it goes from
// Akamai into the file and nowhere else. Nothing of a bundle is kept.
import 'server-only';
import { createHash } from 'node:crypto';
import { getTokensFileEntry } from '@/lib/akamai/tokens';
import {
  type BundleReport,
  inspectBundle as inspect,
  type PatchedBundle,
  patchBundle as patch,
} from '@/lib/domain/bundle';
import { NETWORKS } from '@/lib/domain/permissions';
import { fail, ok, type Result } from '@/lib/domain/problem';
import type { KnownToken, Token } from '@/lib/domain/token';
import { type Change, mergeTokens } from '@/lib/domain/tokens-file';
import type { TokensFileEntry } from '@/lib/domain/tokens-file-entry';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { type Connection, connect } from './connection';
import { takePatchSlot } from './patch-slots';
import type { Actor } from './session';
import { cachedTokens } from './token-cache';

/** At most this many tokens go into one file at once. */
export const TOKENS_AT_ONCE_MAX = 20;

export type PatchOptions = { tokens: readonly string[]; overwrite: boolean };

/**
 * A bundle (.tgz bytes) with the tokens written into its edgekv_tokens.js; every other entry stays byte for byte.
 * Problems: `not-signed-in`, `forbidden`, `busy`, `token-not-found`, `tokens-file-conflict` (409), those of the bundle
 * (4xx) and of Akamai. The audit has the sha256 of both bundles.
 */
export async function patchBundle(
  actor: Actor,
  account: string,
  bytes: Uint8Array,
  options: PatchOptions,
): Promise<Result<PatchedBundle>> {
  const entries = await retrieve(actor, account, 'bundle.patch', options.tokens);
  if (!entries.ok) return entries;
  const slot = await takePatchSlot();
  if (!slot.ok) return slot;
  try {
    const detail = { tokens: options.tokens, overwrite: options.overwrite, before: sha256(bytes) };
    const audit = { action: 'bundle.patch', target: options.tokens.join(' '), account, detail };
    return await withAudit(
      actor,
      audit,
      () => patch(bytes, entries.value, { overwrite: options.overwrite }),
      (patched) => ({ after: sha256(patched.bytes), changes: patched.changes.map(auditedChange) }),
    );
  } finally {
    slot.value.release();
  }
}

/** What a bundle holds and which tokens it uses. Problems: `not-signed-in`, `busy`, those of the bundle. */
export async function inspectBundle(actor: Actor, bytes: Uint8Array): Promise<Result<BundleReport>> {
  const allowed = await authorize(actor, 'bundle.inspect');
  if (!allowed.ok) return allowed;
  const slot = await takePatchSlot();
  if (!slot.ok) return slot;
  try {
    return await inspect(bytes);
  } finally {
    slot.value.release();
  }
}

export type WrittenTokensFile = { text: string; changes: readonly Change[] };

/**
 * An edgekv_tokens.js with the tokens in it: `existing` updated, or a new one when it is null.
 * Problems: as `patchBundle`, and `tokens-file-unreadable` (422).
 */
export async function writeTokensFile(
  actor: Actor,
  account: string,
  existing: string | null,
  options: PatchOptions,
): Promise<Result<WrittenTokensFile>> {
  const entries = await retrieve(actor, account, 'token.retrieve', options.tokens);
  if (!entries.ok) return entries;
  const detail = {
    tokens: options.tokens,
    overwrite: options.overwrite,
    before: existing && sha256(existing),
  };
  return withAudit(
    actor,
    { action: 'token.retrieve', target: options.tokens.join(' '), account, detail },
    async () => mergeTokens(existing, entries.value, { overwrite: options.overwrite }),
    (written) => ({ after: sha256(written.text), changes: written.changes.map(auditedChange) }),
  );
}

function auditedChange(change: Change): string {
  return JSON.stringify(change);
}

async function retrieve(
  actor: Actor,
  account: string,
  right: 'bundle.patch' | 'token.retrieve',
  names: readonly string[],
): Promise<Result<readonly TokensFileEntry[]>> {
  const allowed = await authorize(actor, right);
  if (!allowed.ok) return allowed;
  const connection = await connect(account);
  if (!connection.ok) return connection;
  const unique = [...new Set(names)];
  if (unique.length === 0 || unique.length > TOKENS_AT_ONCE_MAX) {
    const words =
      unique.length === 0 ? 'No token was named.' : `More than ${TOKENS_AT_ONCE_MAX} tokens were named.`;
    const advice = `Nothing was changed. Name 1 to ${TOKENS_AT_ONCE_MAX} tokens.`;
    return fail('bad-request', 400, words, advice, { fields: { token: [words] } });
  }
  const entries: TokensFileEntry[] = [];
  for (const name of unique) {
    const read = await readEntry(connection.value, name);
    if (!read.ok) return read;
    const { permissions, networks } = read.value.token.details;
    const scoped = await authorize(actor, right, {
      namespaces: [...permissions.keys()],
      networks: NETWORKS.filter((network) => networks[network]),
    });
    if (!scoped.ok) return scoped;
    entries.push(read.value.entry);
  }
  return ok(entries);
}

/** A reference is no secret and immutable, so a token of the fresh list needs no call of its own; a legacy value does. */
async function readEntry(
  connection: Connection,
  name: string,
): Promise<Result<{ token: KnownToken; entry: TokensFileEntry }>> {
  const cached = await cachedTokens(connection);
  const token =
    cached.ok && !cached.value.problem ? cached.value.tokens.find((one) => one.name === name) : undefined;
  if (token && isKnown(token) && token.details.kind === 'auto-refresh') {
    const namespaces = [...token.details.permissions.keys()];
    return ok({ token, entry: { name, namespaces, reference: token.uuid } });
  }
  return getTokensFileEntry(connection.client, name);
}

function isKnown(token: Token): token is KnownToken {
  return token.details !== null;
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
