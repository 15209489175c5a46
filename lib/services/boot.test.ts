// What nobody caught: it is logged without secrets, and an exception ends the process. A real process.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'token-desk-boot-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Boots in a process of its own, then runs `program` there. */
function booted(dataDir: string, program: string) {
  const code = `import { boot } from './lib/services/boot.ts'; await boot(); ${program}`;
  return spawnSync(
    process.execPath,
    ['--conditions=react-server', '--import', 'tsx', '--input-type=module', '-e', code],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, DATA_DIR: dataDir, PUBLIC_URL: 'http://localhost:3000', LOG_LEVEL: 'error' },
    },
  );
}

test('[112] a rejection that nobody saw is logged without its secret, and the server goes on', () => {
  const { status, stdout, stderr } = booted(
    join(folder, 'rejection'),
    `Promise.reject(new Error('client_secret = hidden-thing'));
     setImmediate(() => { process.stdout.write('goes on'); process.exit(0); });`,
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /goes on$/);
  assert.match(stderr, /unhandled rejection/);
  assert.doesNotMatch(stdout + stderr, /hidden-thing/);
});

test('[112] an exception that nobody caught is logged without its secret, and ends the server', () => {
  const { status, stdout, stderr } = booted(
    join(folder, 'exception'),
    `setImmediate(() => { throw new Error('client_secret = hidden-thing'); });
     setTimeout(() => process.stdout.write('goes on'), 5_000);`,
  );
  assert.equal(status, 1);
  assert.doesNotMatch(stdout, /goes on/);
  assert.match(stderr, /uncaught exception/);
  assert.doesNotMatch(stdout + stderr, /hidden-thing/);
});

test('[101] a start over a missing database says so, ends with 1, and makes none', () => {
  const dataDir = mkdtempSync(join(folder, 'lost-'));
  writeFileSync(join(dataDir, 'cookie-secret'), 'x');
  const { status, stdout, stderr } = booted(dataDir, '');
  assert.equal(status, 1);
  assert.match(stderr, /^Token Desk cannot start\. DATA_DIR was used before/m);
  assert.doesNotMatch(stdout, /setup\?secret=/);
  assert.ok(!readdirSync(dataDir).includes('token-desk.db'));
});
