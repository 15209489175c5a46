// A last look before a token is revoked: what uses it, or may, is read again. For token-changes.ts: it authorises nobody.
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';
import {
  affectedBy,
  doubtSentence,
  type KnownUse,
  type RevokeDoubt,
  revokeDoubt,
} from '@/lib/domain/revoke-check';
import { usageWords } from '@/lib/domain/usage';
import { now } from '@/lib/platform/clock';
import { tokensBeingDeployed } from '@/lib/store/deployments';
import type { Connection } from './connection';
import { rescan } from './live-versions';
import { cachedTokens, outdateList } from './token-cache';
import { knownUsage } from './usage';

/** As many are looked at again: more would keep somebody waiting, and say no more. */
const AGAIN_MAX = 30;
/** These do not hold up a key: a pipeline revokes what it made, and may never scan. */
const PEOPLES_DOUBTS: ReadonlySet<RevokeDoubt> = new Set(['old', 'never']);

/**
 * Ok with what is known of the use, in words for the record, when nothing speaks against revoking `name`, or its name was
 * typed. Problem `confirm-first` (409) otherwise, with what speaks against it.
 */
export async function checkRevoke(
  connection: Connection,
  name: string,
  { typed, isKey }: { typed: string | null; isKey: boolean },
): Promise<Result<{ words: string }>> {
  const known = await lookAgain(connection, name);
  // It is gone, or never was: that is for Akamai to say.
  if (known === null) return ok({ words: 'not there' });
  const doubt = revokeDoubt(known, now());
  const use = known.usage ? usageWords(known.usage) : 'never scanned';
  const words = known.isBeingDeployed ? `${use}, being deployed` : use;
  const isConfirmed = typed?.trim() === name;
  if (doubt === null || isConfirmed || (isKey && PEOPLES_DOUBTS.has(doubt))) return ok({ words });
  const how = isKey
    ? `Send confirm=${name} to revoke it all the same.`
    : `Type ${name} to revoke it all the same.`;
  return fail('confirm-first', 409, doubtSentence(name, doubt, known), `Nothing was revoked. ${how}`, {
    fields: { typed: [`Type ${name} exactly.`] },
  });
}

/** What is known of a token's use after those that use it, or may, were looked at again. */
async function lookAgain(connection: Connection, name: string): Promise<KnownUse | null> {
  const before = await knownUseOf(connection, name);
  const affected = before?.usage && before.asOf !== null ? affectedBy(before.usage) : [];
  if (!before || affected.length === 0) return before;
  const seen = await rescan(connection, affected.slice(0, AGAIN_MAX));
  const after = await knownUseOf(connection, name);
  if (seen.ok || after?.usage?.state !== 'unused') return after;
  // It could not be looked at again: what was known is no certainty now.
  return { ...after, usage: { ...after.usage, state: 'unknown' } };
}

/** Null when the account has no such token. */
async function knownUseOf(connection: Connection, name: string): Promise<KnownUse | null> {
  const find = async () => {
    const listed = await cachedTokens(connection);
    if (!listed.ok) return undefined;
    const { tokens, problem } = listed.value;
    // Of a list that is older than it should be nobody knows what it lacks.
    return tokens.find((one) => one.name === name) ?? (problem ? undefined : null);
  };
  let token = await find();
  if (token === null) {
    // The list may be older than the token.
    outdateList(connection);
    token = await find();
  }
  if (token === null) return null;
  const known = await knownUsage(connection);
  const usage = token ? (known?.index.ofToken.get(token.uuid) ?? null) : null;
  return {
    usage: known?.scan ? usage : null,
    asOf: known?.scan ? known.asOf : null,
    isBeingDeployed: tokensBeingDeployed(connection.account.slug).has(name),
  };
}
