// Every way in which the answer to a change can be lost, for each kind of change, again and again: what the product says
// in the end is compared with what is true at the simulator, and the simulator's journal counts what was sent.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeAction } from '@/lib/domain/doubt';
import { Control, type FaultRequest } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';

/** Seconds of AKAMAI_TIMEOUT and SETTLE_SECONDS; an effect comes at most 500 ms after the time-out. */
const TIMEOUT_S = 1;
const SETTLE_S = 2;

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };

type Loss = Omit<FaultRequest, 'match'>;

/** How an answer is lost, by name. */
const LOSSES: Readonly<Record<string, Loss>> = {
  'cut before the effect': { drop: 'before' },
  'cut after the effect': { drop: 'after' },
  'late, with the effect after the time-out': { delayMs: TIMEOUT_S * 1_000 + 400 },
  'late, cut before the effect': { delayMs: TIMEOUT_S * 1_000 + 400, drop: 'before' },
  '502 in HTML before the effect': { answer: { status: 502, headers: html, body: '<h1>Bad Gateway</h1>' } },
  '502 in HTML after the effect': {
    answer: { status: 502, headers: html, body: '<h1>Bad Gateway</h1>', effect: 'after' },
  },
  '500 before the effect': { answer: { status: 500, headers: json, body: '{}' } },
  '503 after the effect': { answer: { status: 503, headers: json, body: '{}', effect: 'after' } },
  '504 without a body after the effect': { answer: { status: 504, effect: 'after' } },
  '200 in HTML after the effect': {
    answer: { status: 200, headers: html, body: '<p>ok</p>', effect: 'after' },
  },
  '200 that is cut after the effect': {
    answer: { status: 200, headers: json, body: '{"name": "he', effect: 'after' },
  },
  '200 without a body after the effect': { answer: { status: 200, headers: json, effect: 'after' } },
  '307 before the effect': { answer: { status: 307, headers: { location: 'https://elsewhere.example' } } },
};

const ACTIONS: readonly ChangeAction[] = ['token.create', 'token.refresh', 'token.revoke'];

export type DoubtRounds = {
  changes: number;
  /** Told at once, and told after a while. */
  atOnce: number;
  later: number;
  duplicates: number;
  falseFailures: number;
  falseSuccesses: number;
  /** Nobody knows, which is never false. */
  untold: number;
  /** Refused before they were sent. */
  notSent: number;
};

/** Runs `rounds` times every loss of every kind of change. Sets this process's settings: call it in a process of its own. */
export async function doubtRounds(rounds: number, report: (line: string) => void): Promise<DoubtRounds> {
  const folder = mkdtempSync(join(tmpdir(), 'token-desk-doubts-'));
  const simulator = await startSimulator({ activationMs: 0 });
  try {
    const edgerc = join(folder, 'edgerc');
    writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
    Object.assign(process.env, {
      DATA_DIR: join(folder, 'data'),
      PUBLIC_URL: 'http://localhost:3000',
      EDGERC: edgerc,
      AKAMAI_ORIGIN: simulator.url,
      AKAMAI_RATE: '100',
      AKAMAI_TIMEOUT: String(TIMEOUT_S),
      SETTLE_SECONDS: String(SETTLE_S),
      LOG_LEVEL: 'fatal',
    });
    const total: DoubtRounds = {
      changes: 0,
      atOnce: 0,
      later: 0,
      duplicates: 0,
      falseFailures: 0,
      falseSuccesses: 0,
      untold: 0,
      notSent: 0,
    };
    for (let round = 0; round < rounds; round += 1) {
      await oneRound(simulator, round, total);
      if ((round + 1) % 20 === 0) report(`${round + 1} rounds: ${JSON.stringify(total)}`);
    }
    return total;
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneRound(simulator: Simulator, round: number, total: DoubtRounds): Promise<void> {
  const control = new Control(simulator.controlUrl);
  await control.reset();
  const losses = Object.entries(LOSSES);
  await control.change({ addTokens: losses.length * ACTIONS.length });
  const bulk = [...simulator.account().tokens.keys()].filter((name) => name.startsWith('service-'));
  const changes = ACTIONS.flatMap((action) =>
    losses.map(([, loss]) => {
      const existing = bulk.pop() ?? '';
      return { action, loss, name: action === 'token.create' ? `made-${existing}` : existing };
    }),
  );
  const { operatorActor } = await import('@/lib/services/session');
  const { createToken, refreshToken, revokeToken } = await import('@/lib/services/token-changes');
  const actor = operatorActor();
  await Promise.all(
    changes.map(async ({ action, loss, name }) => {
      const was = simulator.account().tokens.get(name)?.latestRefreshDate;
      await control.fault({ ...loss, match: matchOf(action, name) });
      const attempt = `round-${round} ${name}`;
      const result =
        action === 'token.create'
          ? await createToken(actor, 'default', requestFor(name), attempt)
          : action === 'token.refresh'
            ? await refreshToken(actor, 'default', name, attempt)
            : await revokeToken(actor, 'default', name, attempt, name);
      const isUnknown = !result.ok && result.problem.code === 'outcome-unknown';
      const told = isUnknown ? await settledState(action, name) : result.ok ? 'done' : 'not-done';
      const token = simulator.account().tokens.get(name);
      const happened =
        action === 'token.create'
          ? token !== undefined
          : action === 'token.refresh'
            ? token?.latestRefreshDate !== was
            : token === undefined;
      total.changes += 1;
      total[isUnknown ? 'later' : 'atOnce'] += 1;
      if (told === 'untold') total.untold += 1;
      if (told === 'done' && !happened) total.falseSuccesses += 1;
      if (told === 'not-done' && happened) total.falseFailures += 1;
    }),
  );
  const sent = (await control.journal()).filter(({ method }) => method !== 'GET');
  // A creation is told by its body, the others by their path.
  const asked = sent.map(({ method, target, body }) => `${method} ${target} ${body}`);
  total.duplicates += asked.length - new Set(asked).size;
  // On a busy machine the look before a change may take too long: then the change is not sent, and said so.
  total.notSent += changes.length - new Set(asked).size;
}

function matchOf(action: ChangeAction, name: string): FaultRequest['match'] {
  if (action === 'token.create') return { method: 'POST', path: '^/edgekv/v1/tokens$', body: `"${name}"` };
  if (action === 'token.refresh') return { method: 'POST', path: `/${name}/refresh$` };
  return { method: 'DELETE', path: `/${name}$` };
}

function requestFor(name: string) {
  return {
    name,
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r' as const] },
    restrictToEdgeWorkerIds: ['4101'],
  };
}

/** What the product says once it stops looking the token up. */
async function settledState(action: ChangeAction, name: string): Promise<string> {
  const { listDoubts } = await import('@/lib/services/doubts');
  const { operatorActor } = await import('@/lib/services/session');
  for (;;) {
    const doubts = await listDoubts(operatorActor(), 'default');
    const doubt = doubts.ok
      ? doubts.value.findLast((one) => one.name === name && one.action === action)
      : undefined;
    if (!doubt) throw new Error(`nothing is known of the doubtful ${action} of ${name}`);
    if (doubt.state !== 'checking') return doubt.state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Prints the figures of `npm run long -- doubts [ROUNDS]`; throws when something was false or sent twice. */
export async function longDoubts(): Promise<void> {
  const rounds = Number(process.argv[3] ?? 200);
  const total = await doubtRounds(rounds, console.log);
  console.log(`${rounds} rounds over ${Object.keys(LOSSES).length} losses: ${JSON.stringify(total)}`);
  const { duplicates, falseFailures, falseSuccesses } = total;
  if (duplicates + falseFailures + falseSuccesses > 0) throw new Error('something was false or sent twice');
}
