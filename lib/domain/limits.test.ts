// Limits on single accounts, between forms, columns and words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OTHER_ACCOUNTS, UNLIMITED } from './access';
import {
  changeAccountLimits,
  limitWords,
  parseAccountLimits,
  parseAskedAccess,
  printAccountLimits,
  withoutHidden,
} from './limits';

test('what a column keeps is read back, whatever the accounts are called', () => {
  const limits = new Map([
    ['__proto__', 'none'],
    ['acme prod', 'viewer'],
    [OTHER_ACCOUNTS, 'manager'],
  ] as const);
  assert.deepEqual(parseAccountLimits(printAccountLimits(limits)), limits);
  assert.equal(printAccountLimits(null), null);
  assert.equal(printAccountLimits(new Map()), null);
  assert.equal(parseAccountLimits(null), null);
});

test('limits that cannot be read leave no account', () => {
  for (const text of ['', '{}', '[["a","owner"]]', '[["a"]]', 'null', '[["a","viewer"]'])
    assert.deepEqual(parseAccountLimits(text), new Map([[OTHER_ACCOUNTS, 'none']]), text);
});

test('a change sets what it names, takes back the usual, and leaves the rest', () => {
  const first = changeAccountLimits(
    null,
    new Map([
      ['a', 'viewer'],
      ['b', 'none'],
    ] as const),
  );
  const second = changeAccountLimits(
    first,
    new Map([
      ['b', 'usual'],
      ['c', 'admin'],
    ] as const),
  );
  assert.deepEqual(
    second,
    new Map([
      ['a', 'viewer'],
      ['c', 'admin'],
    ]),
  );
  assert.equal(
    changeAccountLimits(
      second,
      new Map([
        ['a', 'usual'],
        ['c', 'usual'],
      ] as const),
    ),
    null,
  );
  assert.equal(parseAskedAccess('none'), 'none');
  assert.equal(parseAskedAccess('usual'), 'usual');
  for (const text of ['', 'guest', 'Admin']) assert.equal(parseAskedAccess(text), null);
});

test('limits in words name the account, and to their holder none that is hidden', () => {
  const scope = {
    ...UNLIMITED,
    accounts: new Map([
      ['shop', 'viewer'],
      ['secret', 'none'],
    ] as const),
  };
  assert.equal(limitWords(scope), 'shop: viewer; secret: no access');
  assert.equal(limitWords(withoutHidden(scope)), 'shop: viewer');
  const others = { ...UNLIMITED, accounts: new Map([[OTHER_ACCOUNTS, 'none']] as const) };
  assert.equal(limitWords(withoutHidden(others)), 'other accounts: no access');
  assert.equal(limitWords(UNLIMITED), '');
});
