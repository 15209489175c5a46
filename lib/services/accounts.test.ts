// How the official CLI gets to an account: by a section, by an account switch key, or by both.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('a section that is being written keeps the other accounts, and its own one says what is missing', async () => {
  const { connect } = await import('./connection');
  const { listAccounts } = await import('./accounts');
  const { readConnections } = await import('./doctor');
  const { operatorActor } = await import('./session');
  appendFileSync(process.env.EDGERC ?? '', '\n[new]\nhost = akab-new.luna.akamaiapis.net\n');
  for (;;) {
    const listed = await listAccounts(operatorActor());
    assert.ok(listed.ok);
    if (listed.value.some(({ slug }) => slug === 'new')) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok((await connect('default')).ok && (await connect('outlet')).ok);
  const broken = await connect('new');
  assert.equal(broken.ok ? '' : broken.problem.title, 'Section [new] of the .edgerc has no client_token.');
  const views = await readConnections(operatorActor());
  assert.ok(views.ok);
  assert.deepEqual(
    views.value.flatMap(({ account, problem }) => (problem ? [[account.slug, problem.code]] : [])),
    [['new', 'no-credentials']],
  );
});
