import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

const KEY = 'etd_Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmE0123abcd';

/** The lines that a process prints which runs `code` after its console became the log. */
function linesOf(code: string): Record<string, unknown>[] {
  const whole = `import('./lib/platform/console-log.ts').then(({ logConsole }) => { logConsole(); ${code} })`;
  const command = ['--conditions=react-server', '--import', 'tsx', '--input-type=module', '-e', whole];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, LOG_LEVEL: 'debug' },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('[11] an error that is printed becomes one line with its id, and its message, cause and stack without secrets', () => {
  const lines = linesOf(`
    const error = new Error('no column ${KEY}', { cause: new Error('because of ${KEY}') });
    error.digest = '3095701406';
    error.password = 'hunter2';
    console.error(' \\u001b[31m\\u001b[1m⨯\\u001b[22m\\u001b[39m', error);
  `);
  assert.equal(lines.length, 1);
  const [{ level, digest, msg, error } = {}] = lines;
  assert.deepEqual({ level, digest, msg }, { level: 50, digest: '3095701406', msg: 'unexpected error' });
  assert.doesNotMatch(JSON.stringify(lines), /etd_|hunter2/);
  const { message, cause } = error as { message: string; cause: { message: string } };
  assert.deepEqual([message, cause.message], ['no column [hidden]', 'because of [hidden]']);
});

test('what is printed keeps its words and its weight', () => {
  const lines = linesOf(`
    console.error('failed to get redirect response', new TypeError('fetch failed'));
    console.warn('\\u001b[33m⚠\\u001b[39m The key is %s', '${KEY}');
    console.log('Ready in', 7, 'ms');
    console.debug('quiet');
  `);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      [50, 'failed to get redirect response'],
      [40, 'The key is [hidden]'],
      [30, 'Ready in 7 ms'],
      [20, 'quiet'],
    ],
  );
});
