// A token as a bundle uses it, matched with what the account knows of it now.
import type { BundleFinding } from './bundle-doctor';
import { type Day, daysBetween, formatDay } from './day';
import { hideLongText } from './hidden-values';
import { readLegacyClaims } from './legacy-claims';
import { NETWORKS } from './permissions';
import { EXPIRING_SOON_DAYS, type Token, type TokenStatus, tokenStatus } from './token';
import type { SecretItem, TokensFileItem } from './tokens-file';
import { visibleText } from './visible-text';

/** How sure it is that an entry is the token named: by its reference, by what its JWT claims, or by its name alone. */
export type MatchedBy = 'reference' | 'claims' | 'name';

export type TokenUse = TokensFileItem & {
  /** The token of the account; null when none matches, or the tokens are not known. */
  known: { name: string; uuid: string; status: TokenStatus; matchedBy: MatchedBy } | null;
  /** What the JWT of a legacy entry claims: decoded, never verified. */
  legacy: { issued: Day | null; expires: Day | null; namespaces: readonly string[] } | null;
};

export type TokenUseContext = {
  /** All tokens of the account, expired ones included; null when they are not known. */
  tokens: readonly Token[] | null;
  today: Day;
  /** The EdgeWorker that the bundle is for, when that is known. */
  edgeWorker: string | null;
};

/** The entry, matched. The value itself is left out of what is returned. */
export function tokenUseOf({ value, ...item }: SecretItem, { tokens, today }: TokenUseContext): TokenUse {
  const claims = value === null ? null : readLegacyClaims(value);
  const match = findToken(item, claims, tokens ?? []);
  return {
    ...item,
    // A secret in the wrong field is a secret all the same.
    token: item.token && hideLongText(item.token),
    reference: item.reference && hideLongText(item.reference),
    known: match && {
      name: match.token.name,
      uuid: match.token.uuid,
      status: tokenStatus(match.token, today),
      matchedBy: match.matchedBy,
    },
    legacy: claims && {
      issued: claims.issued,
      expires: claims.expires,
      namespaces: [...claims.details.permissions.keys()],
    },
  };
}

type Claims = NonNullable<ReturnType<typeof readLegacyClaims>>;

function findToken(
  item: TokensFileItem,
  claims: Claims | null,
  tokens: readonly Token[],
): { token: Token; matchedBy: MatchedBy } | null {
  const byReference = item.reference === null ? undefined : tokens.find((one) => one.uuid === item.reference);
  if (byReference) return { token: byReference, matchedBy: 'reference' };
  const byName = tokens.find((one) => one.name === item.token);
  // A reference that is not among the tokens belongs to none of them, whatever its name: a name used again gets another.
  if (!byName || item.form === 'reference') return null;
  const isLegacy = byName.expiry !== null;
  if (!isLegacy) return null;
  const isSame = claims !== null && claims.expires === byName.expiry;
  return { token: byName, matchedBy: isSame ? 'claims' : 'name' };
}

/** What is wrong, or worth knowing, about the tokens that a bundle uses. */
export function tokenFindings(uses: readonly TokenUse[], context: TokenUseContext): BundleFinding[] {
  const findings: BundleFinding[] = [];
  const seen = new Set<string>();
  const note = (severity: BundleFinding['severity'], code: string, text: string) => {
    if (seen.has(text)) return;
    seen.add(text);
    findings.push({ severity, code, text });
  };
  const counts = new Map<string, number>();
  for (const { key } of uses) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const use of uses) {
    const key = visibleText(use.key).slice(0, 80);
    if (!use.isPrefixed)
      note('warning', 'bare-key', `The entry ${key} lacks the prefix namespace-: the helper never reads it.`);
    if ((counts.get(use.key) ?? 0) > 1)
      note('warning', 'duplicate-key', `The entry ${key} stands more than once: only the last one counts.`);
    if (use.form === 'both')
      note(
        'warning',
        'both-forms',
        `The entry ${key} has a value and a reference: the helper uses the value.`,
      );
    if (use.form === 'none')
      note('error', 'entry-empty', `The entry ${key} has neither value nor reference: the helper fails.`);
    noteState(use, context, note);
    noteJwt(use, context.today, note);
  }
  return findings;
}

type Note = (severity: BundleFinding['severity'], code: string, text: string) => void;

function noteState(use: TokenUse, { tokens, today, edgeWorker }: TokenUseContext, note: Note): void {
  const name = visibleText(use.known?.name ?? use.token ?? use.key).slice(0, 80);
  if (tokens === null || use.form === 'none') return;
  if (!use.known) {
    if (use.form === 'reference')
      note('error', 'token-gone', `${name}: no token of this account has that reference; it may be revoked.`);
    return;
  }
  const token = tokens.find((one) => one.uuid === use.known?.uuid);
  if (!token) return;
  const status = tokenStatus(token, today);
  if (status === 'expired') note('error', 'token-expired', `${name} has expired.`);
  if (status === 'failed') note('error', 'token-failed', `${name} could not be activated.`);
  if (status === 'activating')
    note('warning', 'token-activating', `${name} is still being activated; EdgeWorkers cannot use it yet.`);
  if (status === 'expiring' && token.expiry)
    note('warning', 'token-expiring', `${name} expires on ${formatDay(token.expiry)}.`);
  const { details } = token;
  if (!details) return;
  if (use.isPrefixed && !details.permissions.has(use.namespace))
    note(
      'error',
      'namespace-not-allowed',
      `${name} has no rights on the namespace ${visibleText(use.namespace)}.`,
    );
  const [only, other] = NETWORKS.filter((network) => details.networks[network]);
  if (only && !other) note('info', 'one-network', `${name} works on ${only} only.`);
  if (edgeWorker !== null && details.edgeWorkers !== 'all' && !details.edgeWorkers.includes(edgeWorker))
    note('error', 'edgeworker-not-allowed', `${name} is not allowed for EdgeWorker ${edgeWorker}.`);
}

function noteJwt(
  { legacy, key, token, known, namespace, isPrefixed }: TokenUse,
  today: Day,
  note: Note,
): void {
  if (!legacy) return;
  const name = visibleText(token ?? key).slice(0, 80);
  const { expires, namespaces } = legacy;
  // The token's own state, where it is known, was said already.
  if (expires !== null && known === null) {
    const days = daysBetween(today, expires);
    if (days < 0) note('error', 'jwt-expired', `The JWT of ${name} expired on ${formatDay(expires)}.`);
    else if (days <= EXPIRING_SOON_DAYS)
      note('warning', 'jwt-expiring', `The JWT of ${name} expires on ${formatDay(expires)}.`);
  }
  if (isPrefixed && namespaces.length > 0 && !namespaces.includes(namespace))
    note(
      'error',
      'namespace-not-allowed',
      `The JWT of ${name} has no rights on the namespace ${visibleText(namespace)}.`,
    );
}
