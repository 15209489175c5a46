// Power cuts: the production server is killed at random moments under mixed load, again and again. After each start the
// database is whole, and nothing that was acknowledged is gone.
import { join } from 'node:path';
import Libsql from 'libsql';
import { verifyAudit } from '@/lib/store/audit';
import { wrap } from '@/lib/store/database';
import type { AuditTable } from '@/lib/store/schema';
import { makeBundle } from '@/simulator/bundle';
import { type Desk, openDesk, PASSWORD } from '../desk';

/** Half of the starts must be quicker. Not each one: other work on the machine is not the server's. */
const READY_MS_MAX = 5_000;
const WORKERS = 3;

export type Crashes = {
  points: number;
  /** Requests that were answered 2xx. */
  acknowledged: number;
  /** Changes that were cut: their intent is on record, their outcome is not. */
  cut: number;
  /** Milliseconds until the server was ready again. */
  ready: { median: number; longest: number };
};

/** What was acknowledged, by what the audit must say of it. */
type Acknowledged = { action: string; target: string }[];

/** Kills the server `points` times. Throws at the first thing that is lost, damaged or unknown. */
export async function crashes(desk: Desk, points: number, report: (line: string) => void): Promise<Crashes> {
  const key = await desk.manage(['key', 'create', 'crashes', '--role', 'admin']);
  const ready: number[] = [];
  const alive = new Set<string>();
  let acknowledged = 0;
  let cut = 0;
  for (let point = 0; point < points; point += 1) {
    await desk.control.clearJournal();
    const before = auditRows(desk).length;
    const answers: Acknowledged = [];
    const touched = new Set<string>();
    const goal = Math.floor(Math.random() * 30);
    let reachGoal = () => {};
    const goalReached = new Promise<void>((resolve) => {
      reachGoal = resolve;
    });
    const note = (action: string, target: string) => {
      answers.push({ action, target });
      if (answers.length >= goal) reachGoal();
    };
    const loads = [
      ...Array.from({ length: WORKERS }, (_, worker) =>
        changeTokens(desk, key, `c${point}-${worker}`, note, touched),
      ),
      patchBundles(desk, key, note),
    ];
    // Starting that process takes longer than most rounds: it writes beside the server and across its end.
    const beside = point % 4 === 0 ? [besideTheServer(desk, point)] : [];
    if (goal > 0) await Promise.race([goalReached, Promise.all(loads)]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
    await desk.kill();
    await Promise.all(loads);
    ready.push(await desk.restart());
    answers.push(...(await Promise.all(beside)).flat());
    acknowledged += answers.length;
    for (const { action, target } of answers) if (action === 'token.create') alive.add(target);
    for (const name of touched) alive.delete(name);
    cut += await examine(desk, key, { before, answers, alive });
    if ((point + 1) % 25 === 0)
      report(`${point + 1} points: ${acknowledged} changes acknowledged, ${cut} cut, none lost`);
  }
  const sorted = ready.toSorted((a, b) => a - b);
  const result = {
    points,
    acknowledged,
    cut,
    ready: { median: sorted[sorted.length >> 1] ?? 0, longest: sorted.at(-1) ?? 0 },
  };
  if (result.ready.median > READY_MS_MAX)
    throw new Error(`half of the starts took ${result.ready.median} ms`);
  return result;
}

/** Prints the figures of `npm run long -- crashes [POINTS]`; throws when something is lost. */
export async function longCrashes(): Promise<void> {
  const { desk, close } = await openDesk('crashes', { people: [], env: { LOG_LEVEL: 'error' } });
  try {
    const { points, acknowledged, cut, ready } = await crashes(
      desk,
      Number(process.argv[3] ?? 200),
      console.log,
    );
    console.log(
      `${points} kills at random: ${acknowledged} changes acknowledged, 0 lost; ${cut} cut, each on record; ready again after ${Math.round(ready.median)} ms (median), ${Math.round(ready.longest)} ms at most`,
    );
  } finally {
    await close();
  }
}

type Note = (action: string, target: string) => void;

/** Creates, refreshes and revokes tokens, one after the other, until the server does not answer. */
async function changeTokens(desk: Desk, key: string, prefix: string, note: Note, touched: Set<string>) {
  for (let count = 0; ; count += 1) {
    const name = `${prefix}-${count}`;
    const created = await send(desk, key, '/tokens', { method: 'POST', body: tokenRequest(name) });
    if (created === null) return;
    if (created < 300) note('token.create', name);
    const refreshed = await send(desk, key, `/tokens/${name}/refresh`, { method: 'POST' });
    if (refreshed === null) return;
    if (refreshed < 300) note('token.refresh', name);
    // Some stay, so that there is something to lose.
    if (count % 3 === 0) continue;
    touched.add(name);
    const revoked = await send(desk, key, `/tokens/${name}`, { method: 'DELETE' });
    if (revoked === null) return;
    if (revoked < 300) note('token.revoke', name);
  }
}

/** The body that asks for a token. */
export function tokenRequest(name: string): string {
  return JSON.stringify({
    name,
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r'] },
    restrictToEdgeWorkerIds: ['4101'],
  });
}

const BUNDLE = new Uint8Array(makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' }));

async function patchBundles(desk: Desk, key: string, note: Note): Promise<void> {
  for (;;) {
    const status = await send(desk, key, '/bundles/patch?token=cart-reader', {
      method: 'POST',
      body: BUNDLE,
    });
    if (status === null) return;
    if (status < 300) note('bundle.patch', 'cart-reader');
  }
}

async function besideTheServer(desk: Desk, point: number): Promise<Acknowledged> {
  await desk.manage(['people', 'add', `p${point}@example.com`, '--role', 'viewer'], PASSWORD);
  await desk.manage(['key', 'create', `k${point}`, '--role', 'viewer']);
  return [
    { action: 'people.add', target: `p${point}@example.com` },
    { action: 'key.create', target: `k${point}` },
  ];
}

/** The status of the answer once all of it is here; null when the server went away. Throws for a server's failure. */
export async function send(
  desk: Desk,
  key: string,
  path: string,
  init: { method: string; body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> },
): Promise<number | null> {
  const type = typeof init.body === 'string' ? { 'Content-Type': 'application/json' } : {};
  try {
    const answer = await fetch(`${desk.url}/api/v1${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${key}`, ...type },
    });
    await answer.arrayBuffer();
    if (answer.status === 500) throw new Error(`${init.method} ${path} was answered 500`);
    return answer.status;
  } catch (error) {
    // What fetch throws when the connection is refused or cut.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

type Round = { before: number; answers: Acknowledged; alive: ReadonlySet<string> };

/** Throws when something is lost; returns how many changes were cut. */
async function examine(desk: Desk, key: string, { before, answers, alive }: Round): Promise<number> {
  await examineDatabase(desk);
  const raw = new Libsql(join(desk.dataDir, 'token-desk.db'));
  try {
    // A person or a key that was made with its outcome on record is there too.
    for (const { action, target } of answers) {
      const made = { 'people.add': '"user" where email', 'key.create': 'api_key where name' }[action];
      if (made && raw.prepare(`select 1 from ${made} = ?`).all(target).length !== 1)
        throw new Error(`${target} is lost`);
    }
  } finally {
    raw.close();
  }
  const rows = auditRows(desk).slice(before);
  const outcomes = rows.filter(({ phase, outcome }) => phase !== 'intent' && outcome === 'ok').map(told);
  for (const answer of answers.map(told)) {
    const index = outcomes.indexOf(answer);
    if (index < 0) throw new Error(`${answer} was acknowledged, and is not in the audit`);
    outcomes.splice(index, 1);
  }
  const intents = new Set(rows.filter(({ phase }) => phase === 'intent').map(({ target }) => target));
  for (const name of await sentToAkamai(desk))
    if (!intents.has(name)) throw new Error(`${name} was sent to Akamai without an intent`);
  const listed = await fetch(`${desk.url}/api/v1/tokens?includeExpired=true`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  const { tokens } = (await listed.json()) as { tokens: { name: string }[] };
  const names = new Set(tokens.map(({ name }) => name));
  for (const name of alive) if (!names.has(name)) throw new Error(`${name} was created, and is not there`);
  const settled = new Set(rows.map(({ intent_seq }) => intent_seq));
  return rows.filter(({ phase, seq }) => phase === 'intent' && !settled.has(seq)).length;
}

function told({ action, target }: { action: string; target: string }): string {
  return `${action} ${target}`;
}

/** Throws when the database is damaged, or its audit is no chain. */
export async function examineDatabase(desk: Desk): Promise<void> {
  const raw = new Libsql(join(desk.dataDir, 'token-desk.db'));
  try {
    const [complaint] = raw.prepare('pragma integrity_check').all();
    if (JSON.stringify(complaint) !== '{"integrity_check":"ok"}') throw new Error(JSON.stringify(complaint));
    const verdict = await verifyAudit(null, wrap(raw));
    if (!verdict.ok) throw new Error(`the audit is broken at ${verdict.seq}: ${verdict.why}`);
  } finally {
    raw.close();
  }
}

/** All entries of the audit. */
export function auditRows(desk: Desk): AuditTable[] {
  const raw = new Libsql(join(desk.dataDir, 'token-desk.db'));
  try {
    return raw.prepare('select * from audit order by seq').all() as AuditTable[];
  } finally {
    raw.close();
  }
}

/** The names of the tokens that the simulator was asked to create, refresh or revoke. */
async function sentToAkamai(desk: Desk): Promise<string[]> {
  const changes = (await desk.control.journal()).filter(({ method }) => method !== 'GET');
  return changes.map(({ target, body }) => {
    const [, name] = /^\/edgekv\/v1\/tokens\/([^/?]+)/.exec(target) ?? [];
    return name ?? (JSON.parse(body) as { name: string }).name;
  });
}
