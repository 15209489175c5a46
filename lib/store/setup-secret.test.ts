import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { database } from './database';
import { consumeSetupSecret, isSetupSecretOpen, replaceSetupSecret } from './setup-secret';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-setup-secret-'));
before(() => {
  Object.assign(process.env, { DATA_DIR: folder, PUBLIC_URL: 'http://localhost:3000' });
});
after(() => {
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function expireIn(hash: string, ms: number): Promise<void> {
  await database()
    .query.updateTable('setup_secret')
    .set({ expires_at: Date.now() + ms })
    .where('hash', '=', hash)
    .execute();
}

test('a secret is open until it is used, and can be used once', async () => {
  replaceSetupSecret('once');
  assert.equal(await isSetupSecretOpen('once'), true);
  assert.equal(await consumeSetupSecret('once'), true);
  assert.equal(await isSetupSecretOpen('once'), false);
  assert.equal(await consumeSetupSecret('once'), false);
});

test('[80] of twenty that use one secret at once, one succeeds', async () => {
  replaceSetupSecret('raced');
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => consumeSetupSecret('raced')));
  assert.equal(outcomes.filter((isWinner) => isWinner).length, 1);
});

test('a replaced secret is refused, and the one that replaced it is not', async () => {
  replaceSetupSecret('old');
  replaceSetupSecret('new');
  assert.equal(await isSetupSecretOpen('old'), false);
  assert.equal(await consumeSetupSecret('old'), false);
  assert.equal(await consumeSetupSecret('new'), true);
});

test('an expired secret is refused, one that is about to expire is not', async () => {
  replaceSetupSecret('late');
  await expireIn('late', -1);
  assert.equal(await isSetupSecretOpen('late'), false);
  assert.equal(await consumeSetupSecret('late'), false);
  await expireIn('late', 60_000);
  assert.equal(await consumeSetupSecret('late'), true);
});

test('a secret is valid for a day', async () => {
  const earliest = Date.now();
  replaceSetupSecret('day');
  const row = await database()
    .query.selectFrom('setup_secret')
    .selectAll()
    .where('hash', '=', 'day')
    .executeTakeFirstOrThrow();
  const day = 24 * 60 * 60_000;
  assert.ok(row.expires_at >= earliest + day && row.expires_at <= Date.now() + day);
});

test('a secret that was never made is refused', async () => {
  assert.equal(await isSetupSecretOpen('never'), false);
  assert.equal(await consumeSetupSecret('never'), false);
});
