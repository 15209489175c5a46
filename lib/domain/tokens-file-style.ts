// How a tokens file is written: its line ends, indentation and quotes, so that what is added looks like what is there.
import type { ReferenceEntry, ValueEntry } from './tokens-file-entry';
import { commaIn, isLineEnd, skipSpaces, skipSpacesBack } from './tokens-file-gaps';
import type { ParsedEntry, Range } from './tokens-file-parse';

/** How the properties of an object are laid out. */
export type Layout = {
  /** Before each property when it has a line of its own; null when they follow one another on a line. */
  indent: string | null;
  /** Before the closing brace, where it has a line of its own. */
  close: string;
  /** Between the braces and what is inside, on one line. */
  padding: string;
};

/** How entries are written in a file. */
export type FileStyle = {
  eol: string;
  table: Layout;
  entry: Layout;
  keyQuote: '"' | "'";
  textQuote: '"' | "'";
  /** Around `name` and `reference`; '' where they stand without. */
  fieldQuote: '"' | "'" | '';
  /** Whether the last field of an entry has a comma. */
  trailingComma: boolean;
  /** Behind a colon, and behind a comma on one line. */
  space: string;
};

/** The style of a new file: the official CLI reads no other. */
export const STANDARD_STYLE: FileStyle = {
  eol: '\n',
  table: { indent: '  ', close: '', padding: '' },
  entry: { indent: '    ', close: '  ', padding: ' ' },
  keyQuote: '"',
  textQuote: '"',
  fieldQuote: '"',
  trailingComma: false,
  space: ' ',
};

/** The line end of `source`: its first one. */
export function lineEndOf(source: string): string {
  return /\r\n|\n|\r/.exec(source)?.[0] ?? '\n';
}

/** The style for entries in a table that has none yet. */
export function emptyTableStyle(source: string, table: Range): FileStyle {
  const eol = lineEndOf(source);
  if (!/[\r\n]/.test(source)) {
    const flat = { indent: null, close: '', padding: '' };
    return { ...STANDARD_STYLE, table: flat, entry: flat, space: '' };
  }
  const base = indentOfLine(source, table.start);
  return {
    ...STANDARD_STYLE,
    eol,
    table: { indent: `${base}  `, close: base, padding: '' },
    entry: { indent: `${base}    `, close: `${base}  `, padding: ' ' },
  };
}

/** The style of `source`, told from one of its entries. */
export function fileStyle(source: string, sample: ParsedEntry): FileStyle {
  const [firstField] = sample.fields;
  const lastField = sample.fields.at(-1);
  const key = quoteAt(source, sample.keyRange.start);
  const text = sample.name ?? sample.reference ?? sample.value;
  const textQuote = (text && quoteAt(source, text.literal.start)) || key || '"';
  const tableIndent = indentBefore(source, sample.property.start);
  const brace = sample.object.end - 1;
  return {
    eol: lineEndOf(source),
    table: { indent: tableIndent, close: '', padding: '' },
    entry: firstField
      ? {
          indent: indentBefore(source, firstField.start),
          close: indentBefore(source, brace) ?? tableIndent ?? '',
          padding: source[sample.object.start + 1] === ' ' ? ' ' : '',
        }
      : emptyEntryLayout(tableIndent),
    keyQuote: key || textQuote,
    textQuote,
    fieldQuote: firstField ? quoteAt(source, firstField.start) : '"',
    trailingComma: lastField !== undefined && commaIn(source, lastField.end, brace) !== null,
    space: hasSpace(source, sample) ? ' ' : '',
  };
}

function emptyEntryLayout(tableIndent: string | null): Layout {
  if (tableIndent === null) return { indent: null, close: '', padding: '' };
  return { indent: `${tableIndent}  `, close: tableIndent, padding: ' ' };
}

/** The quote that stands at `at`; '' for a bare name. A template's is none that a key can have. */
function quoteAt(source: string, at: number): '"' | "'" | '' {
  const quote = source[at];
  if (quote === "'") return "'";
  return quote === '"' || quote === '`' ? '"' : '';
}

function hasSpace(source: string, { name, reference, value, keyRange, object }: ParsedEntry): boolean {
  const field = name ?? reference ?? value;
  const [key, held] = field ? [field.key, field.literal] : [keyRange, object];
  return /:\s/.test(source.slice(key.end, held.start));
}

/** The white space before `at` when nothing else stands before it on its line; null otherwise. */
function indentBefore(source: string, at: number): string | null {
  const start = skipSpacesBack(source, at);
  // Nobody lays a file out with the other two line ends of JavaScript.
  return /[\n\r]/.test(source[start - 1] ?? '') ? source.slice(start, at) : null;
}

function indentOfLine(source: string, at: number): string {
  let start = at;
  while (start > 0 && !isLineEnd(source[start - 1])) start -= 1;
  return source.slice(start, skipSpaces(source, start));
}

type EntryFields = Omit<ReferenceEntry, 'namespaces'> | Omit<ValueEntry, 'namespaces'>;

/** `"namespace-x": { "name": …, "reference": … }` in `style`. */
export function printEntry(style: FileStyle, key: string, entry: EntryFields): string {
  const { entry: layout, eol, space } = style;
  const second =
    'reference' in entry
      ? printField(style, 'reference', entry.reference)
      : printField(style, 'value', entry.value);
  const fields = [printField(style, 'name', entry.name), second];
  const before = layout.indent === null ? layout.padding : `${eol}${layout.indent}`;
  const between = layout.indent === null ? `,${space}` : `,${before}`;
  const after = layout.indent === null ? layout.padding : `${eol}${layout.close}`;
  const comma = style.trailingComma ? ',' : '';
  return `${quoteText(key, style.keyQuote)}:${space}{${before}${fields.join(between)}${comma}${after}}`;
}

/** `"name": "…"` in `style`. */
export function printField({ fieldQuote, textQuote, space }: FileStyle, name: string, text: string): string {
  const key = fieldQuote === '' ? name : quoteText(name, fieldQuote);
  return `${key}:${space}${quoteText(text, textQuote)}`;
}

/** `name` as a key in the way that `sample` is written: bare, or in the same quotes. */
export function quoteLike(sample: string, name: string): string {
  const quote = quoteAt(sample, 0);
  return quote === '' ? name : quoteText(name, quote);
}

/** A string literal that means exactly `text`, safe in a script element too, and for the official CLI. */
export function quoteText(text: string, quote: '"' | "'"): string {
  // JSON.stringify escapes control characters and lone surrogates. These are legal in it but not safe everywhere: the
  // CLI cuts the file at each `=` and looks for the braces of the export by text (cli-edgeworkers, ekv-helper.ts).
  const body = JSON.stringify(text)
    .slice(1, -1)
    .replace(
      /[<={}\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return quote === '"' ? `"${body}"` : `'${body.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
