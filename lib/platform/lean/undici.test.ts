// The build takes undici.cjs for undici: it must have what the product imports, and have it of undici itself.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const lean: Record<string, unknown> = require('./undici.cjs');
const { Agent: LeanAgent } = require('./undici.cjs');
// Before all of undici is there: loading it gives every agent its methods.
const canConnect = typeof LeanAgent.prototype.connect === 'function';
const whole: Record<string, unknown> = require('undici');
const LIB = join(import.meta.dirname, '../..');

/** The values, not the types, that the product imports of undici. */
function imported(): ReadonlySet<string> {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  const lists = files.flatMap((path) => [
    ...readFileSync(join(LIB, path), 'utf8').matchAll(/import \{([^}]*)\} from 'undici';/g),
  ]);
  const names = lists.flatMap(([, list = '']) => list.split(',').map((name) => name.trim()));
  return new Set(names.filter((name) => name !== '' && !name.startsWith('type ')));
}

test('the build has all of undici that is used, and nothing else', () => {
  assert.deepEqual(Object.keys(lean).sort(), [...imported()].sort());
});

test('its parts are those of undici, and a proxy’s agent can connect', () => {
  for (const name of ['Agent', 'EnvHttpProxyAgent', 'buildConnector'])
    assert.equal(lean[name], whole[name], name);
  assert.equal(typeof lean.fetch, 'function');
  assert.ok(canConnect);
});
