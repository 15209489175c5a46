// A token as a bundle uses it, matched with what the account knows of it now.
import { hash } from 'node:crypto';
import type { Day } from './day';
import { hideLongText } from './hidden-values';
import { readLegacyClaims } from './legacy-claims';
import type { Network } from './permissions';
import {
  type AllowedEdgeWorkers,
  isReference,
  type Token,
  type TokenDetails,
  type TokenStatus,
  tokenKind,
  tokenStatus,
} from './token';
import type { SecretItem, TokensFileItem } from './tokens-file';

/** How sure it is that an entry is the token named: by its reference, by what its JWT claims, or by its name alone. */
export type MatchedBy = 'reference' | 'claims' | 'name';

/** An entry with what is known of its token. Its value is left out. */
export type TokenUse = TokensFileItem & {
  /** The token of the account; null when none matches, or the tokens are not known. */
  known: { name: string; uuid: string; status: TokenStatus; matchedBy: MatchedBy } | null;
  /** What the JWT of a legacy entry claims: decoded, never verified. */
  legacy: {
    issued: Day | null;
    expires: Day | null;
    namespaces: readonly string[];
    networks: Readonly<Record<Network, boolean>>;
    edgeWorkers: AllowedEdgeWorkers;
  } | null;
};

/** The name of its token: the account's, else what the entry says; null when neither is known. */
export function nameOfUse({ known, token }: TokenUse): string | null {
  return known?.name ?? token;
}

/** A use with where it stands. */
export type PlacedUse = TokenUse & {
  path: string;
  /** Whether it stands in code, and not in a tokens file. */
  isInlined: boolean;
};

/** Without entries that are never read: of two of one key in a tokens file only the last is. */
export function readUses<Use extends PlacedUse>(uses: readonly Use[]): Use[] {
  const entryOf = ({ path, key }: PlacedUse) => `${path} ${key}`;
  const last = new Map(uses.map((use) => [entryOf(use), use]));
  return uses.filter((use) => use.isInlined || last.get(entryOf(use)) === use);
}

/** What a bundle's tokens are compared with. */
export type TokenUseContext = {
  /** All tokens of the account, expired ones included; null when they are not known. */
  tokens: readonly Token[] | null;
  today: Day;
  /** The EdgeWorker that the bundle is for, when that is known. */
  edgeWorker: string | null;
};

/** An entry as it stands in a bundle: without its value, and without what the account knows, so that it can be kept. */
export type TokenFact = TokensFileItem & {
  /** What its JWT claims; null when it has no value, or one that is no JWT. */
  claims: FactClaims | null;
};

type FactClaims = NonNullable<TokenUse['legacy']> & {
  id: string | null;
  /** SHA-256 over the rights, to find a token of the same ones. */
  rights: string;
};

/** The entry, matched. The value itself is left out of what is returned, and so is what may be one in another field. */
export function tokenUseOf(item: SecretItem, context: TokenUseContext): TokenUse {
  return matchFact(tokenFactOf(item), context);
}

/** What of an entry may be kept: never its value, nor what may be one in another field. */
export function tokenFactOf(item: SecretItem): TokenFact {
  const { value, ...rest } = item;
  const claims = value === null ? null : readLegacyClaims(value);
  const hide = (text: string) => hidden(text, value);
  const namespace = hide(item.namespace);
  return {
    ...rest,
    namespace,
    key: item.isPrefixed
      ? `${item.key.slice(0, -item.namespace.length || undefined)}${namespace}`
      : namespace,
    token: item.token === null ? null : hide(item.token),
    reference: item.reference === null ? null : hide(item.reference),
    claims: claims && {
      issued: claims.issued,
      expires: claims.expires,
      namespaces: [...claims.details.permissions.keys()].map(hide),
      networks: claims.details.networks,
      edgeWorkers: claims.details.edgeWorkers,
      id: claims.id === null ? null : hide(claims.id),
      rights: rightsOf(claims.details),
    },
  };
}

/** An entry with what is known of its token now. */
export function matchFact({ claims, ...item }: TokenFact, { tokens, today }: TokenUseContext): TokenUse {
  const match = findToken(item, claims, tokens ?? []);
  return {
    ...item,
    known: match && {
      name: match.token.name,
      uuid: match.token.uuid,
      status: tokenStatus(match.token, today),
      matchedBy: match.matchedBy,
    },
    legacy: claims && {
      issued: claims.issued,
      expires: claims.expires,
      namespaces: claims.namespaces,
      networks: claims.networks,
      edgeWorkers: claims.edgeWorkers,
    },
  };
}

/** Longer than any name, namespace or reference. */
const FIELD_CHARS_MAX = 64;

/** A field as people may see it: a secret in the wrong field is a secret all the same. */
function hidden(text: string, value: string | null): string {
  const holdsValue = value !== null && (text === value || (value.length >= 8 && text.includes(value)));
  const isSecret = text.length > FIELD_CHARS_MAX || (text !== '' && holdsValue);
  return isSecret ? `(${text.length} characters, hidden)` : hideLongText(text);
}

function findToken(
  { token: name, form, reference }: TokensFileItem,
  claims: FactClaims | null,
  tokens: readonly Token[],
): { token: Token; matchedBy: MatchedBy } | null {
  const named = tokens.filter((one) => name !== null && one.name === name);
  // With both, the helper uses the value.
  const hasValue = form === 'value' || form === 'both';
  if (!hasValue && reference !== null && isReference(reference)) {
    // A reference that is not among the tokens belongs to none of them, whatever its name: a name used again gets another.
    const byReference = tokens.find((one) => one.uuid === reference.toLowerCase());
    return byReference ? { token: byReference, matchedBy: 'reference' } : null;
  }
  const byClaims = claims && findByClaims(claims, name, tokens);
  if (byClaims) return { token: byClaims, matchedBy: 'claims' };
  // A JWT of another day is an older token of that name. What has no date may be a placeholder: then the name is all.
  const [byName] = hasValue ? named.filter((one) => tokenKind(one) === 'legacy') : named;
  return byName && (claims === null || claims.expires === null) ? { token: byName, matchedBy: 'name' } : null;
}

/** The legacy token of the JWT's id, or of its last day and its name, else the only one of its last day and its rights. */
function findByClaims(claims: FactClaims, name: string | null, tokens: readonly Token[]): Token | null {
  const byId = tokens.find(({ uuid }) => uuid === claims.id);
  if (byId) return byId;
  const sameDay = tokens.filter(
    (one) => tokenKind(one) === 'legacy' && one.expiry !== null && one.expiry === claims.expires,
  );
  const byName = sameDay.find((one) => one.name === name);
  if (byName) return byName;
  const [only, second] = sameDay.filter((one) => one.details && rightsOf(one.details) === claims.rights);
  return only && !second ? only : null;
}

/** The legacy tokens that the JWT of an entry may be, where it is none of them surely: of its last day and its rights. */
export function maybeTokens({ claims, ...item }: TokenFact, tokens: readonly Token[]): readonly Token[] {
  if (!claims?.expires || findToken(item, claims, tokens)) return [];
  return tokens.filter(
    (one) =>
      tokenKind(one) === 'legacy' &&
      one.expiry === claims.expires &&
      (!one.details || rightsOf(one.details) === claims.rights),
  );
}

function rightsOf({ permissions }: TokenDetails): string {
  const rights = [...permissions].map(([namespace, held]) => `${namespace}+${held.join('')}`).sort();
  return hash('sha256', rights.join());
}
