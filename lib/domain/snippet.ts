// What a page shows of a token's entry in edgekv_tokens.js: the right key, and never a value.
import type { KnownToken } from './token';
import { printTokensFile } from './tokens-file';

/** The text in the place of a legacy token's value. */
const HIDDEN = '(a secret JWT: download the file to get it)';

/** The tokens file of one token, as it may be shown: a reference as it is, a legacy value hidden. */
export function tokenSnippet(token: KnownToken): string {
  const namespaces = [...token.details.permissions.keys()];
  const { name, uuid } = token;
  if (token.details.kind === 'auto-refresh') return printTokensFile([{ name, namespaces, reference: uuid }]);
  return printTokensFile([{ name, namespaces, value: HIDDEN }]);
}
