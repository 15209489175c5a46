import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECURITY_TESTS } from './security-list.mjs';
import { numberedTests, securityDocument } from './security-tests.mjs';
import { ROOT } from './steps.mjs';

test('docs/security-tests.md is what the titles of the tests say (npm run security-tests writes it)', () => {
  assert.equal(readFileSync(join(ROOT, 'docs', 'security-tests.md'), 'utf8'), securityDocument());
});

test('each line has a test or says why not, and each numbered test has a line', () => {
  const proved = new Set(numberedTests().map(({ number }) => number));
  const lines = new Set(SECURITY_TESTS.map(({ number }) => number));
  const bare = SECURITY_TESTS.filter(({ number, open }) => !proved.has(number) && !open);
  assert.deepEqual(
    bare.map(({ number }) => number),
    [],
  );
  assert.deepEqual(
    [...proved].filter((number) => !lines.has(number)),
    [],
  );
});
