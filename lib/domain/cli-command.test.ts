// The commands that we print, run by a real shell: a function in the place of the CLI tells the words that it got.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import { type CliAccount, type CliSubject, cliOptions, createCommand, tokenCommand } from './cli-command';
import { parsePermissions } from './permissions';

/** The words that a POSIX shell makes of each command. */
function wordsOf(commands: readonly string[]): string[][] {
  const script = `akamai() { printf '%s\\0' "$@"; printf '\\0'; }\n${commands.join('\n')}\n`;
  const printed = execFileSync('sh', ['-eu'], { input: script, encoding: 'utf8' });
  const words = printed.split('\0\0').slice(0, -1);
  return words.map((line) => line.split('\0'));
}

function rights(text: string) {
  return parsePermissions(text) ?? assert.fail(text);
}

/** An account that is a section of the .edgerc, with nothing beside it. */
function section(name: string): string {
  return cliOptions({ section: name, needsKey: false });
}

const subject: CliSubject = {
  name: 'cart-rw',
  allowOnStaging: true,
  allowOnProduction: false,
  restrictToEdgeWorkerIds: ['4101', '4102'],
  permissions: rights('cart+rw,default+r'),
};

test('creating a token is one command of the official CLI', () => {
  const { restrictToEdgeWorkerIds: _, ...forAll } = subject;
  const table: [CliSubject, string, string][] = [
    [
      subject,
      'default',
      'akamai edgekv create token cart-rw --staging allow --production deny --ewids 4101,4102 --namespace cart+rw,default+r',
    ],
    [
      { ...forAll, allowOnStaging: false, allowOnProduction: true },
      'shop',
      'akamai edgekv --section shop create token cart-rw --staging deny --production allow --ewids all --namespace cart+rw,default+r',
    ],
    [
      { ...subject, name: '', permissions: new Map() },
      'default',
      'akamai edgekv create token NAME --staging allow --production deny --ewids 4101,4102 --namespace NAMESPACE+r',
    ],
  ];
  for (const [given, name, expected] of table) assert.equal(createCommand(given, section(name)), expected);
});

test('each thing to do with a token has its command', () => {
  for (const verb of ['download', 'refresh', 'revoke'] as const) {
    assert.equal(tokenCommand(verb, 'cart-rw', section('default')), `akamai edgekv ${verb} token cart-rw`);
    assert.equal(
      tokenCommand(verb, 'cart-rw', section('shop')),
      `akamai edgekv --section shop ${verb} token cart-rw`,
    );
  }
});

test('what leads to an account stands in the command, and never another account', () => {
  // The CLI does not read `account_key`: without the option the command would act on the credential's own account.
  const table: [CliAccount | null, string][] = [
    [{ section: 'default', needsKey: true }, '--accountkey ACCOUNT_SWITCH_KEY '],
    [{ section: 'shop', needsKey: true }, '--section shop --accountkey ACCOUNT_SWITCH_KEY '],
    [{ section: null, needsKey: true }, '--section SECTION --accountkey ACCOUNT_SWITCH_KEY '],
    [null, '--section SECTION '],
  ];
  for (const [account, options] of table) {
    const command = tokenCommand('revoke', 'cart-rw', cliOptions(account));
    assert.equal(command, `akamai edgekv ${options}revoke token cart-rw`);
  }
});

test('a shell takes every name and section as one word, and runs none of it', () => {
  const odd = [
    'my section',
    "it's",
    "'",
    "''",
    '"double"',
    'back\\slash\\',
    '$HOME',
    '$(echo run)',
    '`echo run`',
    'a; echo run',
    'a && echo run',
    'a | cat',
    'a > /dev/null',
    'a # comment',
    '~',
    '*',
    '?',
    '[a-z]',
    '{a,b}',
    '!x',
    'tab\there',
    'line\nbreak',
    'Ünïcode 包',
    '(a)',
    'a&',
  ];
  const words = wordsOf(
    odd.flatMap((text) => [
      tokenCommand('revoke', text, section(text)),
      createCommand({ ...subject, name: text }, section(text)),
    ]),
  );
  assert.deepEqual(
    words,
    odd.flatMap((text) => [
      ['edgekv', '--section', text, 'revoke', 'token', text],
      [
        ...[
          'edgekv',
          '--section',
          text,
          'create',
          'token',
          text,
          '--staging',
          'allow',
          '--production',
          'deny',
        ],
        ...['--ewids', '4101,4102', '--namespace', 'cart+rw,default+r'],
      ],
    ]),
  );
});

test('that holds for any text', () => {
  const text = fc
    .string({ unit: fc.constantFrom(...'ab \t\n\'"`$\\(){}[]<>|&;!#*?~=%^,-é'), minLength: 1, maxLength: 12 })
    .filter((one) => one !== 'default');
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (texts) => {
      const words = wordsOf(texts.map((one) => tokenCommand('download', one, section(one))));
      assert.deepEqual(
        words,
        texts.map((one) => ['edgekv', '--section', one, 'download', 'token', one]),
      );
    }),
    { numRuns: 50 },
  );
});

test('no EdgeWorker picked yet is a place to fill in, never all of them', () => {
  const words =
    wordsOf([createCommand({ ...subject, restrictToEdgeWorkerIds: [] }, section('default'))])[0] ?? [];
  assert.equal(words[words.indexOf('--ewids') + 1], 'EDGEWORKER_ID');
});
