import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, readArchive } from './archive';
import { readCode } from './bundle-code';
import { readScript } from './bundle-script';

const UUID = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';

async function archiveOf(files: Readonly<Record<string, string>>): Promise<Archive> {
  const read = await readArchive(packFiles(files));
  return read.ok ? read.value : assert.fail(read.problem.title);
}

/** Each with what is left of it without comments; `·` is the space in a comment's place, `§` the dollar of a template. */
const CUT: readonly [source: string, code: string][] = [
  ['a // b\nc', 'a ····\nc'],
  ['a /* b\n * c */ d', 'a ····\n······· d'],
  ['"//" + \'/*\' // x', '"//" + \'/*\' ····'],
  ['"\\"//" // x', '"\\"//" ····'],
  ['"not closed // x\n// y', '"not closed // x\n····'],
  ['`//§{a /* b */}/*` // x', '`//§{a ·······}/*` ····'],
  ['`§{`§{"}"}//`}` // x', '`§{`§{"}"}//`}` ····'],
  ['x = /["\'`]/; // y', 'x = /["\'`]/; ····'],
  ['x = /[/]\\//g; // y', 'x = /[/]\\//g; ····'],
  ['x = a / b / c // y', 'x = a / b / c ····'],
  ['x = a++ / 2 // y', 'x = a++ / 2 ····'],
  ['x = (a) / 2 / "//" // y', 'x = (a) / 2 / "//" ····'],
  ['if (a) /"/.test(b) // y', 'if (a) /"/.test(b) ····'],
  ['return /"/ // y', 'return /"/ ····'],
  ['x.return / 2 // "', 'x.return / 2 ····'],
  ['} /"/.test(b) // y', '} /"/.test(b) ····'],
  ['x = a[1] / 2 // "', 'x = a[1] / 2 ····'],
  ['/* not closed', '·············'],
  ['', ''],
];

for (const [marked, code] of CUT) {
  const source = marked.replaceAll('§', '$');
  test(`comments are told from texts, templates, regular expressions and divisions: ${source}`, () => {
    const script = readScript(Buffer.from(source));
    assert.equal(script.text, source);
    assert.equal(script.code.length, source.length);
    assert.equal(script.code, code.replaceAll('·', ' ').replaceAll('§', '$'));
  });
}

test('texts that look like a uuid or a JWT are found in code, in all quotes, and not in comments', () => {
  const jwt = `eyJ${'a'.repeat(70)}`;
  const source = `a = "${UUID}", b = '${UUID}', c = \`${UUID}\`, d = "${jwt}"; // "${UUID}" "${jwt}"`;
  const { uuids, jwts } = readScript(Buffer.from(source));
  assert.deepEqual([uuids.length, jwts.length], [3, 1]);
});

const MEGABYTES_5 = 5 * 1024 * 1024;
const HOSTILE: Readonly<Record<string, string>> = {
  slashes: '/',
  parentheses: 'if(/',
  quotes: '"',
  backslashes: '\\',
  templates: '`${',
  'regular expressions': '=/[',
  'divisions or regular expressions': 'return/',
  'line comments': '//\n',
  'block comments': '/**/',
  'a comment without end': '/*',
  'white space behind from': `from${' '.repeat(999)}`,
  'keys of tokens': '"namespace-a":{',
  'entries without end': '"namespace-a":{a:"',
  'whole entries': `"namespace-a":{reference:"${UUID}"},`,
  'white space behind keys': `"namespace-a"${' '.repeat(999)}`,
  'escaped keys': '\\"namespace-a\\":{\\"a\\":\\"',
  'entries in comments': `/*"namespace-a":{value:"x"}`,
  uuids: `{"${UUID}",`,
  JWTs: `"eyJ${'a'.repeat(60)}.e30.x",`,
  namespaces: '{namespace:NAMES,item:1},',
  constants: 'NAMES=namespace:NAMES,item:',
  constructors: 'new EdgeKV(NAMES)',
  imports: 'from "./edgekv_tokens.js"',
};

for (const [what, text] of Object.entries(HOSTILE)) {
  test(`5 MB of ${what} are looked through in less than 100 ms`, async () => {
    const data = Buffer.from(text.repeat(Math.ceil(MEGABYTES_5 / text.length)).slice(0, MEGABYTES_5));
    const archive = await archiveOf({ 'main.js': '' });
    const entries = archive.entries.map((one) => (one.normalized === 'main.js' ? { ...one, data } : one));
    // The best of several: the first is not compiled yet, and others may use the machine.
    let best = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 12 && best >= 100; tries += 1) {
      const before = process.cpuUsage();
      readCode({ ...archive, entries });
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, (user + system) / 1_000);
    }
    assert.ok(best < 100, `${best} ms`);
  });
}
