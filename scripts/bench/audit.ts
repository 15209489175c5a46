// How fast the pages of audit and people answer with 100,000 entries of 500 people, and how long the check of the audit
// and its export take.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { appendAudit } from '@/lib/store/audit';
import { openDatabase } from '@/lib/store/database';
import { findChromium } from '../chromium.mjs';
import { openDesk } from '../desk';
import { ms, printRow, quantile, timeRuns } from './figures';

const ENTRIES = 100_000;
const PEOPLE = 500;
const RUNS = 40;
const PAGE_MS_MAX = 100;
/** The pages that are measured; each is held to the same goal. */
const PAGES: readonly (readonly [name: string, path: string])[] = [
  ['newest', '/audit'],
  ['an entry opened', '/audit?entry=50001'],
  ['a page in the middle', '/audit?before=50000'],
  ['one person', '/audit?actor=person250@example.com'],
  ['an action', '/audit?action=token.revoke'],
  ['a result that is rare', '/audit?outcome=outcome-unknown'],
  ['a result that is common', '/audit?outcome=ok'],
  ['no outcome yet', '/audit?outcome=open'],
  ['one day', '/audit?from=2026-01-10&to=2026-01-10'],
  ['a target and a person', '/audit?target=token-77&actor=person7'],
  ['a text that is nowhere', '/audit?q=nothing-like-this'],
  ['all people', '/people'],
  ['one of the people', '/people?q=person250'],
];

export async function benchAudit(): Promise<void> {
  console.log(`\nAudit: ${ENTRIES} entries, ${PEOPLE} people, ${RUNS} requests one after the other`);
  const dataDir = mkdtempSync(join(tmpdir(), 'token-desk-bench-audit-'));
  fill(dataDir);
  const { desk, close } = await openDesk('bench', { people: ['admin'], env: { DATA_DIR: dataDir } });
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    const context = await desk.signedIn(browser, 'admin');
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const time = async (name: string, path: string, times = RUNS): Promise<number> => {
      let size = 0;
      const durations = await timeRuns(
        times,
        async () => {
          const answer = await fetch(`${desk.url}${path}`, { headers: { cookie } });
          if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
          size = (await answer.arrayBuffer()).byteLength;
        },
        times === RUNS ? 5 : 1,
      );
      const median = quantile(durations, 0.5);
      printRow(name, [ms(median), ms(quantile(durations, 0.95)), `${(size / 1024).toFixed(0)} KB`]);
      return median;
    };
    printRow('', ['median', 'p95', 'size']);
    await time('base line: the sign-in page', '/sign-in');
    const slow: string[] = [];
    for (const [name, path] of PAGES) if ((await time(name, path)) >= PAGE_MS_MAX) slow.push(name);
    await time('the whole chain checked', '/audit?verify=1', 3);
    await time('export, JSON lines', '/audit/export?format=jsonl', 3);
    await time('export, CSV', '/audit/export?format=csv', 3);
    await time('export, CSV, filtered', '/audit/export?format=csv&outcome=ok&q=token-7', 3);
    const missed = slow.length > 0 ? `MISSED by ${slow.join(', ')}` : 'met';
    console.log(`\nGoal: every page's median under ${PAGE_MS_MAX} ms: ${missed}`);
  } finally {
    await browser.close();
    await close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const ACTIONS = ['token.create', 'token.refresh', 'token.revoke', 'token.retrieve', 'bundle.patch'];

function fill(dataDir: string): void {
  const database = openDatabase(dataDir);
  const { raw } = database;
  // Nobody needs these rows after a power cut.
  raw.pragma('synchronous = OFF');
  const person = raw.prepare(
    `insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "role")
     values (?, ?, ?, 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 'viewer')`,
  );
  for (let index = 0; index < PEOPLE; index += 1)
    person.run(randomUUID(), `person${index}`, `person${index}@example.com`);
  const detail = JSON.stringify({ tokens: ['cart-reader'], bundle: 'shop.tgz', before: '0'.repeat(64) });
  for (let seq = 1; seq <= ENTRIES; seq += 1) {
    // Of each five entries two are acts with their outcomes, and one stands alone.
    const place = seq % 5;
    const phase = place === 0 ? 'single' : place % 2 === 1 ? 'intent' : 'outcome';
    const act = Math.floor((seq - 1) / 2);
    const last = act % 1_000 === 0 ? 'outcome-unknown' : 'ok';
    appendAudit(
      {
        phase,
        intent_seq: phase === 'outcome' ? seq - 1 : null,
        actor_kind: 'person',
        actor_id: `p${act % PEOPLE}`,
        actor_name: `person${act % PEOPLE}@example.com`,
        source: '192.0.2.7',
        action: phase === 'single' ? 'session.create' : (ACTIONS[act % ACTIONS.length] ?? ''),
        target: `token-${act % 977}`,
        account: 'default',
        outcome: phase === 'intent' ? null : last,
        detail,
        upstream_request_id: phase === 'outcome' ? randomUUID() : null,
      },
      database,
    );
  }
  raw.close();
}
