// What a case of the archive corpus is: a name, bytes, and what the desk has to say about them.
import type { ProblemCode } from '../problem';
import { file } from './archives-tar';

export type Accepted = {
  isAccepted: true;
  /** A note of the scan that people have to see. */
  note?: RegExp;
  /** Code of a finding that they have to see. */
  finding?: string;
  /** How many entries there are. */
  entries?: number;
};
export type RefusedAs = { isAccepted: false; code: ProblemCode; says: RegExp };

export type ArchiveCase = { name: string; packed: () => Buffer; expect: Accepted | RefusedAs };

export function accepted(
  name: string,
  packed: () => Buffer,
  expect: Omit<Accepted, 'isAccepted'> = {},
): ArchiveCase {
  return { name, packed, expect: { isAccepted: true, ...expect } };
}

export function refused(
  name: string,
  says: RegExp,
  packed: () => Buffer,
  code: ProblemCode = 'bundle-refused',
): ArchiveCase {
  return { name, packed, expect: { isAccepted: false, code, says } };
}

/** A tokens file as the official CLI writes it. */
export const TOKENS = [
  'var edgekv_access_tokens = {',
  '  "namespace-default": {',
  '    "name": "other",',
  '    "reference": "0b9f7c2e-41a9-4f66-8a55-3a1c1d7a9f01"',
  '  }',
  '}',
  'export { edgekv_access_tokens };',
  '',
].join('\n');

export const MAIN = "import { EdgeKV } from './edgekv.js';\nexport function onClientRequest() {}\n";
export const MANIFEST = '{\n  "edgeworker-version": "1.0.0",\n  "description": "a bundle"\n}\n';

/** The two files that each bundle has. */
export const usual = () => Buffer.concat([file('main.js', MAIN), file('bundle.json', MANIFEST)]);
/** The tokens file at the root. */
export const tokens = () => file('edgekv_tokens.js', TOKENS);
