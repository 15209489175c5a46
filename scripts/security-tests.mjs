// `npm run security-tests`: writes docs/security-tests.md, the list of what an attacker must not achieve and which test
// proves it. The tests are found by the number in their titles.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SECURITY_TESTS } from './security-list.mjs';
import { ROOT } from './steps.mjs';

const FILE = join(ROOT, 'docs', 'security-tests.md');
const FOLDERS = ['app', 'components', 'e2e', 'lib', 'scripts', 'simulator'];
const TITLE = /^\s*test\(\s*(['"`])\[(\d+)\] ((?:(?!\1).)*)\1/gm;

function testFiles(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return testFiles(path);
    return /\.(test|spec)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** All numbered tests: their number, title and file. */
export function numberedTests() {
  return FOLDERS.flatMap(testFiles).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(TITLE)].map(([, , number, title]) => ({
      number: Number(number),
      title,
      file,
    })),
  );
}

/** The document as it should be. */
export function securityDocument() {
  const tests = numberedTests();
  const cell = (text) => text.replaceAll('|', '\\|');
  const row = ({ number, promise, words, open }) => {
    const files = [...new Set(tests.filter((one) => one.number === number).map(({ file }) => file))];
    const proof = files.length > 0 ? files.map((file) => `\`${file}\``).join(', ') : (open ?? '');
    return `| ${number} | ${promise} | ${cell(words)} | ${cell(proof)} |`;
  };
  const promised = new Map();
  for (const { number, promise } of SECURITY_TESTS)
    promised.set(promise, [...(promised.get(promise) ?? []), number]);
  const counts = [...promised]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([promise, numbers]) => {
      const titles = tests.filter(({ number }) => numbers.includes(number));
      return `| ${promise} | ${titles.length} | ${numbers.join(', ')} |`;
    });
  return [
    '# Security tests',
    '',
    'What an attacker, a crash or a mistake must not achieve, and the tests that prove it. The promises are those of',
    '[SECURITY.md](../SECURITY.md). Tests carry the number in their title; this file is written by',
    '`npm run security-tests` from those titles. A line without a test says why.',
    '',
    '| no. | promise | what must hold | proved by |',
    '| --- | --- | --- | --- |',
    ...SECURITY_TESTS.map(row),
    '',
    '## By promise',
    '',
    '| promise | tests | numbers |',
    '| --- | --- | --- |',
    ...counts,
    '',
  ].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(FILE, securityDocument());
}
