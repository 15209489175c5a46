// Random tokens files: entries and tokens that shrink when a property fails, written in a random but legal way, which is told
// by a seed.
import fc from 'fast-check';
import type { TokensFileEntry } from '../tokens-file-entry';
import { type Random, randomOf } from './archives-random';

/** An entry as it is meant; what is null is not written. */
export type RandomEntry = {
  key: string;
  name: string | null;
  value: string | null;
  reference: string | null;
  /** A field of somebody else. */
  note: string | null;
};

/** What a file is meant to say, and its text. */
export type RandomFile = { entries: readonly RandomEntry[]; text: string };

/** Texts that trip up writers of JavaScript. */
const TRAPS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'namespace-',
  'namespace-a',
  '</script>',
  '<!--',
  '$' + '{globalThis.__pwned=1}',
  '`',
  "'",
  '"',
  '\\',
  '\\"',
  "\\'",
  '\\u0041',
  '\n',
  '\r\n',
  '\t\u000b\f\0',
  '\u2028\u2029',
  '\ud83d',
  '\ude00',
  '😀',
  '*/',
  '//',
  '/*',
  '=',
  '}',
  '}\nexport { edgekv_access_tokens };',
  '});globalThis.__pwned=1;({',
  '\uFEFF',
  '\u202e',
  'value',
  '1e3',
  '-0',
  '',
];

const plain = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,11}$/);
const text = fc.oneof(
  { weight: 3, arbitrary: plain },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...TRAPS), plain), { maxLength: 4 })
      .map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
// Few, so that files and tokens meet in the same namespaces.
const namespace = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', 'b', 'default', '__proto__', 'namespace-a', 'constructor', '1'),
  },
  { weight: 2, arbitrary: text },
);
const key = fc.oneof(
  { weight: 3, arbitrary: namespace.map((one) => `namespace-${one}`) },
  // In an object literal this one is no entry; a file with it is refused.
  { weight: 1, arbitrary: namespace.filter((one) => one !== '__proto__') },
);
const maybeText = fc.option(text, { freq: 4 });
const entry: fc.Arbitrary<RandomEntry> = fc.record({
  key,
  name: maybeText,
  value: fc.option(text, { freq: 1 }),
  reference: maybeText,
  note: fc.option(text, { freq: 1 }),
});

/** Tokens that all hold different namespaces. */
export const tokens: fc.Arbitrary<readonly TokensFileEntry[]> = fc
  .array(
    fc.record({
      name: text,
      namespaces: fc.uniqueArray(namespace, { minLength: 1, maxLength: 3 }),
      held: fc.oneof(
        text.map((reference) => ({ reference })),
        text.map((value) => ({ value })),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => {
    const taken = new Set<string>();
    return all.flatMap(({ held, ...one }): TokensFileEntry[] => {
      if (one.namespaces.some((space) => taken.has(space))) return [];
      for (const space of one.namespaces) taken.add(space);
      return [{ ...one, ...held }];
    });
  });

/** Files of up to five entries, now and then with the same key twice. */
export const file: fc.Arbitrary<RandomFile> = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.uniqueArray(entry, { maxLength: 5, selector: (one) => one.key }) },
      { weight: 1, arbitrary: fc.array(entry, { maxLength: 5 }) },
    ),
    fc.noShrink(fc.nat()),
  )
  .map(([entries, seed]) => ({ entries, text: printFile(entries, randomOf(seed)) }));

type Layout = Random & {
  eol: string;
  /** How much is put into gaps: nothing, white space, or comments too. */
  gaps: 'none' | 'spaces' | 'lines' | 'wild';
  quote: '"' | "'" | null;
};

const COMMENTS = [
  '',
  ' note ',
  '*',
  ' "namespace-a": { ',
  ' } ',
  ', ',
  ' = ',
  " it's ",
  ' `$' + '{x} ',
  ' // ',
  ' 😀 ',
] as const;

function printFile(entries: readonly RandomEntry[], { below, pick }: Random): string {
  const layout: Layout = {
    below,
    pick,
    eol: pick(['\n', '\n', '\r\n', '\r', '\u2028']),
    gaps: pick(['none', 'spaces', 'lines', 'wild']),
    quote: pick(['"', "'", null]),
  };
  const indents =
    layout.gaps === 'lines' ? [`${layout.eol}  `, `${layout.eol}    `, `${layout.eol}  `] : null;
  const inner = indents && below(2) === 0 ? null : indents;
  const printed = entries.map((one) => {
    const fields = (['name', 'value', 'reference', 'note'] as const)
      .filter((field) => one[field] !== null)
      .sort(() => below(3) - 1)
      .map((field) => printProperty(layout, field, printText(layout, one[field] ?? '', true)));
    return printProperty(layout, one.key, printObject(layout, fields, inner?.[1] ?? null, inner?.[2] ?? ''));
  });
  const table = printObject(layout, printed, indents?.[0] ?? null, layout.eol);
  const end = pick([';', layout.eol, `;${layout.eol}`]);
  const names = 'edgekv_access_tokens';
  const body = pick([
    `${pick(['var', 'let', 'const'])} ${names} =${table}${end}export { ${names} };`,
    `export ${pick(['var', 'let', 'const'])} ${names}=${table}${end}`,
    `export { ${names} }; const other = 1, ${names} = (${table}), another = [${names}.x?.y]${end}`,
    `const t = ${table}${end}export { t as ${names}, t as default };`,
    `import './helpers.js'; var ${names} = ${table}${end}Object.freeze(${names}); export { ${names} };${end}`,
  ]);
  const before = pick([
    '',
    '',
    '\uFEFF',
    '#!/usr/bin/env x\n',
    '\uFEFF#!x\n',
    `// a = b${layout.eol}`,
    '/* "a": {} */',
  ]);
  return `${before}${body}${pick(['', '\n', layout.eol])}`;
}

function printObject(
  layout: Layout,
  properties: readonly string[],
  indent: string | null,
  close: string,
): string {
  const gap = () => printGap(layout);
  const before = () => indent ?? '';
  const parts = properties.map((one) => before() + gap() + one + gap());
  const comma = parts.length > 0 && layout.below(3) === 0 ? `,${gap()}` : '';
  return `{${gap()}${parts.join(`,${gap()}`)}${comma}${indent === null ? '' : close}}`;
}

function printProperty(layout: Layout, name: string, value: string): string {
  const isWord = /^[A-Za-z_$][\w$]*$/.test(name);
  const isNumber = /^(0|[1-9]\d{0,6})$/.test(name);
  const isBare = (isWord || isNumber) && layout.below(2) === 0;
  const key = isBare ? name : printText(layout, name, false);
  const wrapped = layout.below(8) === 0 ? `(${value})` : value;
  return `${key}${printGap(layout)}:${printGap(layout)}${wrapped}`;
}

/** White space and comments, as wild as the file is. A line comment takes its line end along. */
function printGap({ below, pick, eol, gaps }: Layout): string {
  if (gaps === 'none') return '';
  if (gaps === 'spaces') return pick(['', ' ', ' ', '  ', '\t']);
  if (gaps === 'lines')
    return below(12) === 0
      ? `${pick([' ', ''])}// ${pick(COMMENTS).replace('\n', '')}${eol}`
      : pick(['', ' ']);
  let gap = '';
  for (let count = below(4); count > 0; count -= 1) {
    const kind = below(4);
    if (kind === 0) gap += `//${pick(COMMENTS)}${eol}`;
    else if (kind === 1) gap += `/*${pick(COMMENTS)}${pick(['', eol])}*/`;
    else gap += pick([' ', '\t', eol, `${eol}  `, '\u00a0', '\uFEFF', '\f']);
  }
  return gap;
}

/** The text as a literal in a random legal spelling. */
function printText({ below, pick, quote, eol }: Layout, content: string, mayBeTemplate: boolean): string {
  const mark = quote ?? pick(mayBeTemplate ? ['"', "'", '`'] : ['"', "'"]);
  let body = '';
  for (const character of content) {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    const isLone = code >= 0xd800 && code <= 0xdfff;
    const isUnsafe =
      character === mark || /[\\\n\r`$]/.test(character) || isLone || code === 0 || code === 0xfeff;
    if (below(40) === 0) body += `\\${/[\u2028]/.test(eol) ? '\n' : eol}`;
    if (!isUnsafe && below(12) > 0) body += character;
    else if (code < 0x100 && below(2) === 0) body += `\\x${hex.padStart(2, '0')}`;
    else if (code < 0x10000 && below(2) === 0) body += `\\u${hex.padStart(4, '0')}`;
    else body += `\\u{${hex}}`;
  }
  return mark + body + mark;
}
