// How the official CLI gets to an account: by a section, by an account switch key, or by both.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ACCOUNT_SWITCH_KEYS } from '@/simulator/accounts';
import { edgercOf } from '@/simulator/edgerc';
import { SIMULATOR_CREDENTIAL } from '@/simulator/server';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-accounts-'));

before(() => {
  const edgerc = join(folder, 'edgerc');
  // The last section is that of `media`.
  const text = `${edgercOf({ credential: SIMULATOR_CREDENTIAL }, ['media'])}account_key = A-OTHER\n`;
  writeFileSync(edgerc, text, { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    ACCOUNT_SWITCH_KEYS: `outlet=${ACCOUNT_SWITCH_KEYS.outlet}`,
    LOG_LEVEL: 'fatal',
  });
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the CLI needs a switch key where the account is not that of the section, and is told no key', async () => {
  const { readCliAccount } = await import('./accounts');
  const { operatorActor } = await import('./session');
  const read = async (slug: string) => {
    const found = await readCliAccount(operatorActor(), slug);
    return found.ok ? found.value : found.problem.code;
  };
  assert.deepEqual(await read('default'), { section: 'default', needsKey: false });
  assert.deepEqual(await read('media'), { section: 'media', needsKey: true });
  // Of which section the key is, is nothing that somebody with this account alone should learn.
  assert.deepEqual(await read('outlet'), { section: null, needsKey: true });
  assert.equal(await read('nowhere'), 'unknown-account');
});
