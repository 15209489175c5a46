// How a tokens file is written: its line ends, indentation and quotes, so that what is added looks like what is there.
import type { ReferenceEntry, ValueEntry } from './tokens-file-entry';
import type { ParsedEntry } from './tokens-file-parse';

export type FileStyle = {
  /** Between lines; '' in a minified file. */
  eol: string;
  /** Before an entry, before its properties, and before its closing brace. */
  outer: string;
  inner: string;
  close: string;
  quote: '"' | "'";
  /** Whether `name` and `reference` stand without quotes. */
  bareKeys: boolean;
  trailingComma: boolean;
  /** Whether a space follows a colon. */
  spaced: boolean;
};

/** The style of a new file: the official CLI reads no other. */
export const STANDARD_STYLE: FileStyle = {
  eol: '\n',
  outer: '  ',
  inner: '    ',
  close: '  ',
  quote: '"',
  bareKeys: false,
  trailingComma: false,
  spaced: true,
};

/** The style of `source`, told from one of its entries; the official CLI's when there is none. */
export function fileStyle(source: string, sample: ParsedEntry | null): FileStyle {
  const eol = source.includes('\r\n') ? '\r\n' : '\n';
  if (!sample) return { ...STANDARD_STYLE, eol };
  const [firstField] = sample.fields;
  const outer = indentBefore(source, sample.property.start);
  const inner = firstField ? indentBefore(source, firstField.start) : null;
  const isFlat = outer === null;
  const key = source.slice(sample.keyRange.start, sample.keyRange.end);
  const literal = sample.name ? source[sample.name.literal.start] : undefined;
  const lastField = sample.fields.at(-1);
  return {
    eol: isFlat ? '' : eol,
    outer: outer ?? '',
    inner: isFlat ? '' : (inner ?? `${outer}  `),
    close: isFlat ? '' : (indentBefore(source, sample.object.end - 1) ?? outer ?? ''),
    quote: key.startsWith("'") || (!key.startsWith('"') && literal === "'") ? "'" : '"',
    bareKeys: firstField !== undefined && !/^["']/.test(source.slice(firstField.start)),
    trailingComma: lastField !== undefined && /^\s*,/.test(source.slice(lastField.end, sample.object.end)),
    spaced: !isFlat,
  };
}

/** The white space before `at` when nothing else stands before it on its line; null otherwise. */
function indentBefore(source: string, at: number): string | null {
  const lineStart = Math.max(source.lastIndexOf('\n', at - 1), source.lastIndexOf('\r', at - 1)) + 1;
  const before = source.slice(lineStart, at);
  return lineStart > 0 && /^[ \t]*$/.test(before) ? before : null;
}

type EntryFields = Omit<ReferenceEntry, 'namespaces'> | Omit<ValueEntry, 'namespaces'>;

/** `"namespace-x": { "name": …, "reference": … }` in `style`. */
export function printEntry(style: FileStyle, key: string, entry: EntryFields): string {
  const { eol, inner, close, quote, spaced } = style;
  const field = (name: string, text: string) => {
    const printed = style.bareKeys ? name : quoteText(name, quote);
    return `${inner}${printed}:${spaced ? ' ' : ''}${quoteText(text, quote)}`;
  };
  const second = 'reference' in entry ? field('reference', entry.reference) : field('value', entry.value);
  const fields = [field('name', entry.name), second].join(`,${eol}`);
  return `${quoteText(key, quote)}:${spaced ? ' ' : ''}{${eol}${fields}${style.trailingComma ? ',' : ''}${eol}${close}}`;
}

/** `name` as a key in the way that `sample` is written: bare, or in the same quotes. */
export function quoteLike(sample: string, name: string): string {
  if (sample.startsWith("'")) return quoteText(name, "'");
  return sample.startsWith('"') ? quoteText(name, '"') : name;
}

/** A string literal that means exactly `text`, safe in a script element too. */
export function quoteText(text: string, quote: '"' | "'"): string {
  // JSON.stringify escapes control characters and lone surrogates; these three are legal in it but not safe everywhere.
  const body = JSON.stringify(text)
    .slice(1, -1)
    .replace(
      /[<\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return quote === '"' ? `"${body}"` : `'${body.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
