// How others read a tokens file: a fresh Node process with the rule of the run-time helper, and the official CLI.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the helper sends for a key, and in which header; it never reads the name. */
export type LoadedTable = Record<string, { header: string; text: unknown; name: unknown }>;

/** The child: loads each file as the edge does, and applies the helper's rule (edgekv.js 0.6.3) to every key. */
const LOADER = `
import { writeFileSync } from 'node:fs';
const [count] = process.argv.slice(2).map(Number);
const read = (table) => Object.fromEntries(Object.keys(table).map((key) => {
  const entry = table[key];
  const header = 'value' in entry ? 'value' : 'reference' in entry ? 'reference' : 'none';
  return [key, { header, text: entry[header], name: entry.name }];
}));
const loaded = [];
for (let index = 0; index < count; index += 1) {
  const file = './' + index + '.js';
  loaded.push(await import(file).then(
    (module) => ({ table: read(module.edgekv_access_tokens ?? module.default) }),
    (error) => ({ failed: String(error) }),
  ));
}
writeFileSync('loaded.json', JSON.stringify({ loaded, isPwned: '__pwned' in globalThis }));
`;

type Answer = { loaded: ({ table: LoadedTable } | { failed: string })[]; isPwned: boolean };

/** What one fresh process finds in all the files; `others` are files that they import. Throws when one cannot be loaded. */
export function importAll(
  texts: readonly string[],
  others: Readonly<Record<string, string>> = {},
): LoadedTable[] {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-files-'));
  try {
    const files = { ...others, 'package.json': '{ "type": "module" }', 'loader.js': LOADER };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.js`), text);
    execFileSync(process.execPath, ['loader.js', String(texts.length)], {
      cwd: folder,
      stdio: 'inherit',
      env: { NODE_ENV: 'test' },
    });
    // The child is ours, and this is what it writes.
    const { loaded, isPwned } = JSON.parse(readFileSync(join(folder, 'loaded.json'), 'utf8')) as Answer;
    if (isPwned) throw new Error('a file set globalThis.__pwned');
    return loaded.map((one, index) => {
      if ('failed' in one) throw new Error(`${one.failed} in\n${texts[index]}`);
      return one.table;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A model of the official CLI's reader (cli-edgeworkers 1.16, validateAndGetExistingTokenContent): it takes what stands
 * between the first two `=`, mends a few spellings of the export, takes that away and reads the rest as JSON.
 */
export function readAsCli(text: string): Record<string, unknown> | null {
  const [head = '', found] = text.split('=');
  if (found === undefined || !head.includes('var edgekv_access_tokens')) return null;
  const body = found
    .replace('}export', '} export')
    .replace('export{', 'export {')
    .replace('{edgekv_access_tokens', '{ edgekv_access_tokens')
    .replace('edgekv_access_tokens}', 'edgekv_access_tokens }');
  if (!body.includes('export { edgekv_access_tokens };')) return null;
  try {
    return JSON.parse(body.replace('export { edgekv_access_tokens };', '')) as Record<string, unknown>;
  } catch {
    return null;
  }
}
