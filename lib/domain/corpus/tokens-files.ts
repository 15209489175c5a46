// Tokens files as people, generators and attackers write them, each with what must be read in it. All texts are our own;
// the shapes are those seen in public (examples, starter kits, connectors, tools) and those of the grammar. The places that
// matter are marked in the texts themselves.
import { BROKEN_FILES, CHANGED_FILES, COMPUTED_FILES, UNEXPORTED_FILES } from './tokens-files-refused';
import { COMMENTED_FILES, SPELLED_FILES } from './tokens-files-spelled';
import { DECLARED_FILES, WRITTEN_FILES } from './tokens-files-written';

type Form = 'reference' | 'value' | 'both' | 'none';

/** A file that is understood, with «,» where a merge puts a comma and «+» where it puts the new entry. */
export type LegalFile = {
  name: string;
  marked: string;
  entries: readonly (readonly [key: string, token: string | null, form: Form])[];
  /** What a merge of CART puts at «+». */
  added: string;
  /** Exported by default only: the helper cannot load it. */
  isUnnamed?: true;
};

/** A file that is not understood, with «» at the place that the refusal must name. */
export type RefusedFile = { name: string; marked: string; words: RegExp };

/** The token that is merged into each file. */
export const CART = {
  name: 'cart-rw',
  namespaces: ['cart'],
  reference: '6a3fa96b-9c3a-5e7e-8c53-2f5d2f9f2a10',
} as const;

/** All that must be understood. */
export const LEGAL_FILES: readonly LegalFile[] = [
  ...WRITTEN_FILES,
  ...DECLARED_FILES,
  ...SPELLED_FILES,
  ...COMMENTED_FILES,
];

/** All that must be refused. */
export const REFUSED_FILES: readonly RefusedFile[] = [
  ...COMPUTED_FILES,
  ...UNEXPORTED_FILES,
  ...CHANGED_FILES,
  ...BROKEN_FILES,
];

/** What the legal files import. */
export const IMPORTED_FILES: Readonly<Record<string, string>> = {
  'helpers.js': 'export function log() {}\nexport const other = {};\n',
  'data.json': '{ "a": 1 }\n',
};

/** The text of a file: without its marks. */
export function textOf({ marked }: { marked: string }): string {
  return marked.replace(/«[,+]?»/g, '');
}

/** What a merge of CART must make of a legal file, to the byte. */
export function mergedTextOf({ marked, added }: LegalFile): string {
  return marked.replace('«,»', ',').replace('«+»', () => added);
}

/** Line and column, from 1, of the place that is marked. */
export function placeOf({ marked }: RefusedFile): { line: number; column: number } {
  const lines = marked.slice(0, marked.indexOf('«»')).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
