import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeSentence } from './change-words';
import type { Change } from './tokens-file';

function change(kind: Change['kind'], key: string, was: string | null = null): Change {
  const before = was === null ? null : { token: was, form: 'reference' as const };
  return { kind, key, namespace: key.replace('namespace-', ''), token: 'new', was: before };
}

test('what a patch changes is one sentence, replacements with what was there', () => {
  const cases: [changes: Change[], sentence: string][] = [
    [[], ''],
    [[change('add', 'namespace-a')], 'Adds namespace-a'],
    [[change('add', 'namespace-a'), change('add', 'namespace-b')], 'Adds namespace-a and namespace-b'],
    [[change('replace', 'namespace-a', 'old')], 'Replaces namespace-a (was old)'],
    [
      [change('keep', 'namespace-c'), change('add', 'namespace-a'), change('replace', 'namespace-b', 'old')],
      'Replaces namespace-b (was old), adds namespace-a, leaves as it is namespace-c',
    ],
    [[change('repair', 'namespace-a', 'x'), change('remove', 'a', 'x')], 'Repairs namespace-a, removes a'],
  ];
  for (const [changes, sentence] of cases) assert.equal(changeSentence(changes), sentence);
});
