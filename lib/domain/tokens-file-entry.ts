// What a token contributes to edgekv_tokens.js. The one type that may hold a legacy token's value (a JWT, a secret).

/** A new-style token is named by its uuid, which is no secret. */
export type ReferenceEntry = { name: string; namespaces: readonly string[]; reference: string };
/** A legacy token is its JWT: a secret that leaves only inside a tokens file or a bundle. */
export type ValueEntry = { name: string; namespaces: readonly string[]; value: string };
/** A token with the namespaces that it shall stand for. */
export type TokensFileEntry = ReferenceEntry | ValueEntry;

/** What every key that the helper reads begins with. */
export const NAMESPACE_PREFIX = 'namespace-';

/** The key that the run-time helper reads for a namespace (edgekv.js 0.6.3: `"namespace-" + ns`). */
export function tokensFileKey(namespace: string): string {
  return NAMESPACE_PREFIX + namespace;
}
