import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildId, ROOT } from './steps.mjs';

test('[120] whoever starts Next, its telemetry is off', () => {
  const code = `import('./next.config.js').then(() => process.stdout.write(String(process.env.NEXT_TELEMETRY_DISABLED)))`;
  const { NEXT_TELEMETRY_DISABLED: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  assert.equal(stdout, '1', stderr);
});

test('[120] a build with a key is called after the key and its sources, and after nothing else', () => {
  const root = mkdtempSync(join(tmpdir(), 'token-desk-sources-'));
  try {
    const sources = ['app', 'components', 'lib', 'proxy.ts', 'instrumentation.ts', 'next.config.js'];
    const files = ['package-lock.json', 'postcss.config.mjs', 'tsconfig.json'];
    for (const path of [...sources, ...files])
      cpSync(join(ROOT, path), join(root, path), { recursive: true });
    const id = buildId('a key');
    assert.match(id ?? '', /^[0-9a-f]{20}$/);
    assert.equal(buildId('a key', root), id);
    assert.notEqual(buildId('another key', root), id);
    writeFileSync(join(root, 'app', 'another.txt'), 'x');
    assert.notEqual(buildId('a key', root), id);
    assert.equal(buildId(undefined), null);
    assert.equal(buildId(''), null);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
