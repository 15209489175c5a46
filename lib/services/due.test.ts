// What is due and found, put together with what a scan of the live versions read: a real database, and the simulator
// over HTTP.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addDays } from '@/lib/domain/day';
import { dueWords } from '@/lib/domain/due';
import { DEFAULT_RULES, type FindingCode } from '@/lib/domain/findings';
import type { Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import { database } from '@/lib/store/database';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { type DueOverview, readAllDue, readDue, readFindings } from './due';
import { previewFindingRules } from './due-rules';
import { operatorActor } from './session';
import { today } from './surroundings';
import { rereadTokens } from './tokens';
import { readUsage, scanUsage } from './usage';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-due-'));
const ACCOUNT = 'default';
let simulator: Simulator;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    EDGERC_SECTIONS: ACCOUNT,
    AKAMAI_ORIGIN: simulator.url,
    AKAMAI_RATE: '100',
    USAGE_SCAN_HOURS: '0',
    LOG_LEVEL: 'fatal',
  });
});

after(async () => {
  await simulator.close();
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** What `read` answers once `isReached` says so. */
async function reached<T>(read: () => Promise<T>, isReached: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await read();
    if (isReached(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** With the details of all tokens. */
function due(): Promise<DueOverview> {
  return reached(
    async () => value(await readDue(operatorActor(), ACCOUNT)),
    ({ pending }) => pending.size === 0,
  );
}

async function scan(): Promise<void> {
  value(await scanUsage(operatorActor(), ACCOUNT));
  await reached(
    async () => value(await readUsage(operatorActor(), ACCOUNT)),
    ({ scan: one }) => one?.endedAt !== null,
  );
}

function tokenOf({ tokens }: DueOverview, name: string): Token {
  return tokens.find((token) => token.name === name) ?? assert.fail(name);
}

function wordsOf(overview: DueOverview, name: string): string {
  const item = overview.items.find(({ token }) => token.name === name);
  return dueWords(item ?? assert.fail(name), today());
}

function found(overview: DueOverview, name: string, code: FindingCode): string | undefined {
  const list = overview.findings.get(tokenOf(overview, name).uuid) ?? [];
  return list.find((one) => one.code === code)?.text;
}

const OF_USE: readonly FindingCode[] = [
  'used-expired',
  'edgeworker-not-allowed',
  'edgeworkers-unused',
  'unused',
];

async function counts(): Promise<{ counts: (number | undefined)[]; withoutUsage: readonly string[] }> {
  const preview = value(await previewFindingRules(operatorActor(), DEFAULT_RULES));
  return { counts: OF_USE.map((code) => preview.counts.get(code)), withoutUsage: preview.withoutUsage };
}

test('before a scan nothing is found about use; after it words, findings and counts go by it', async () => {
  const before = await due();
  assert.match(wordsOf(before, 'geo-blocklist'), /^expires tomorrow, allowed on production, /);
  assert.match(wordsOf(before, 'holiday-countdown'), /, allowed on production, /);
  const codes = [...before.findings.values()].flat().map(({ code }) => code);
  assert.deepEqual(
    codes.filter((code) => OF_USE.includes(code)),
    [],
  );
  assert.deepEqual(await counts(), { counts: OF_USE.map(() => undefined), withoutUsage: [ACCOUNT] });
  // Nothing changed: nothing is worked out again.
  assert.equal((await due()).items, before.items);

  await scan();
  const after = await due();
  assert.notEqual(after.items, before.items);
  assert.equal((await due()).items, after.items);
  assert.match(wordsOf(after, 'geo-blocklist'), /^expires tomorrow, used by 1 on production, /);
  assert.match(wordsOf(after, 'holiday-countdown'), /, unused, /);
  assert.equal(found(after, 'qa-scratch', 'unused'), 'Revoke it, unless it is for what is to come.');
  assert.equal(found(after, 'geo-blocklist', 'edgeworkers-unused'), '4113');
  assert.equal(
    found(after, 'stock-levels', 'edgeworker-not-allowed'),
    'Not one of its networks: checkout (4102) 5.0.2 on staging.',
  );
  const own = value(await readFindings(operatorActor(), ACCOUNT, tokenOf(after, 'qa-scratch')));
  assert.ok(own.some(({ code }) => code === 'unused'));
  const all = value(await readAllDue(operatorActor()));
  assert.ok(all.source.items.some((item) => dueWords(item, today()).includes(', unused, ')));
  const preview = await counts();
  assert.deepEqual(preview.withoutUsage, []);
  const [ofExpired, ...others] = preview.counts;
  assert.equal(ofExpired, undefined);
  assert.ok(
    others.every((count) => (count ?? 0) > 0),
    String(others),
  );
});

test('a token that expires or is revoked while live versions hold it is told', async () => {
  await scan();
  const before = await due();
  assert.deepEqual(before.gone, []);
  const { tokens } = simulator.account();
  const revoked = tokens.get('redirects-reader') ?? assert.fail();
  tokens.delete('redirects-reader');
  value(await rereadTokens(operatorActor(), ACCOUNT));
  const after = await due();
  assert.deepEqual(
    after.gone.map(({ edgeWorker, version, networks, entries }) => [
      edgeWorker.id,
      version,
      networks,
      new Set(entries.map(({ reference }) => reference)),
    ]),
    [['4107', '1.0.12', ['staging', 'production'], new Set([revoked.uuid])]],
  );
  tokens.set('redirects-reader', revoked);

  // One that ended since; the account still lists it.
  const ended = tokens.get('cart-reader') ?? assert.fail();
  tokens.set('cart-reader', { ...ended, expiry: addDays(today(), -3) });
  value(await rereadTokens(operatorActor(), ACCOUNT));
  const expired = await due();
  assert.match(found(expired, 'cart-reader', 'used-expired') ?? '', /^product-page \(4103\) 1\.1\d\.\d on /);
  assert.equal(expired.findings.get(ended.uuid)?.length, 1);
  assert.equal((await counts()).counts[0], 1);
});
