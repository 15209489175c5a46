// Pieces of which the tokens files of the corpus are made.
import type { LegalFile } from './tokens-files';

/** The reference of the token that is merged. */
export const UUID = '6a3fa96b-9c3a-5e7e-8c53-2f5d2f9f2a10';
/** The usual export, and a minified one. */
export const END = '\nexport { edgekv_access_tokens };\n';
export const MIN = ';export{edgekv_access_tokens};';
/** The usual entry, and what must be read in it. */
export const A = '"namespace-a": { "name": "one", "reference": "r" }';
export const ENTRY_A = [['namespace-a', 'one', 'reference']] as const;

/** The new entry, in the layouts that most files have. */
export const FLAT = `"namespace-cart": { "name": "cart-rw", "reference": "${UUID}" }`;
export const BARE = `"namespace-cart": { name: "cart-rw", reference: "${UUID}" }`;
export const MINIFIED = `"namespace-cart":{"name":"cart-rw","reference":"${UUID}"}`;
export const JSON_LINES = `
  "namespace-cart": {
    "name": "cart-rw",
    "reference": "${UUID}"
  }`;

/** The usual table, with this between its braces. */
export function table(name: string, body: string, entries: LegalFile['entries'], added: string): LegalFile {
  return { name, marked: `var edgekv_access_tokens = {${body}}${END}`, entries, added };
}

/** The usual table with one entry, and this around it. */
export function around(name: string, before: string, after: string): LegalFile {
  const marked = `${before}var edgekv_access_tokens = {\n  ${A}«,»«+»\n}${after}`;
  return { name, marked, entries: ENTRY_A, added: `\n  ${FLAT}` };
}
