// Power cuts at each step of a change. The simulator holds the change where it is to be cut: before Akamai acts, between
// that and its answer, or in a look-up before or after. Then the server is killed and started again. What is true must be
// what it was before or what it is after; where that cannot be told, it must be told as unknown; and nothing is sent twice.
import { request as httpRequest } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { FaultRequest, JournalEntry } from '@/simulator/control';
import { scriptBundle } from '../bench/bundle-of-size';
import { type Desk, type DeskOptions, openDesk } from '../desk';
import { auditRows, examineDatabase, send, tokenRequest } from './crashes';

type Kind = 'token.create' | 'token.refresh' | 'token.revoke' | 'bundle.patch';

type Step = {
  name: string;
  kind: Kind;
  hold: (token: string) => readonly FaultRequest[];
  /** Whether it is where it is to be cut. */
  isReached: (at: { token: string; journal: readonly JournalEntry[]; log: string }) => boolean;
  /** The outcome on record after the next start; null: there is no intent. */
  outcome: string | null;
  /** Whether Akamai made the change. */
  isMade: boolean;
  /** What the same form is answered when it is sent again. */
  again: number;
};

/** The desk for it: what a look-up shows is believed soon, and a new token is one that can be refreshed at once. */
export const STEPS_DESK: DeskOptions = {
  people: [],
  env: { SETTLE_SECONDS: '2' },
  simulator: ['--activation-ms', '0'],
};

/** Longer than any test: whoever is held is held until the server is killed. */
const HELD_MS = 600_000;
const TOKENS = '/edgekv/v1/tokens';
/** A bundle that takes long enough to be hit between its two entries. */
const BUNDLE = new Uint8Array(scriptBundle(5_000_000));
const LEGACY = 'legacy-promo';

const read = (token: string) => ({ method: 'GET', path: `^${TOKENS}/${token}$` });
const CHANGES = {
  'token.create': () => ({ method: 'POST', path: `^${TOKENS}$` }),
  'token.refresh': (token: string) => ({ method: 'POST', path: `^${TOKENS}/${token}/refresh$` }),
  'token.revoke': (token: string) => ({ method: 'DELETE', path: `^${TOKENS}/${token}$` }),
};
type TokenKind = keyof typeof CHANGES;

/** Whether a request of that method and path has come; `isMade`: and was carried out. */
function came(
  journal: readonly JournalEntry[],
  { method, path }: { method: string; path: string },
  isMade = false,
) {
  const matching = journal.filter(
    (entry) =>
      entry.method === method && new RegExp(path).test(entry.target) && (!isMade || entry.status > 0),
  );
  return matching.length;
}

/** The steps that every change of a token has. `early`: it is looked at before. `seen`: what a look-up tells. */
function tokenSteps(kind: TokenKind, early: { again: number } | null, isReadBack: boolean): Step[] {
  const change = CHANGES[kind];
  const looks = early ? 1 : 0;
  const isRead = (count: number) => (at: { token: string; journal: readonly JournalEntry[] }) =>
    came(at.journal, read(at.token)) >= count;
  const passing = (token: string): FaultRequest[] => (early ? [{ match: read(token) }] : []);
  // What was found out is what the same form is answered.
  const sent = { kind, isMade: true, outcome: 'ok', again: kind === 'token.create' ? 201 : 200 };
  const steps: Step[] = [
    {
      ...sent,
      name: 'sent, and not carried out',
      hold: (token) => [{ match: change(token), delayMs: HELD_MS, drop: 'before' }],
      isReached: ({ token, journal }) => came(journal, change(token)) === 1,
      outcome: 'not-done',
      isMade: false,
      again: 502,
    },
    {
      ...sent,
      name: 'carried out, and the answer on its way',
      hold: (token) => [{ match: change(token), delayAnswerMs: HELD_MS }],
      isReached: ({ token, journal }) => came(journal, change(token), true) === 1,
    },
    {
      ...sent,
      name: 'the answer lost, and being looked up',
      hold: (token) => [
        ...passing(token),
        { match: change(token), drop: 'after' },
        { match: read(token), times: 10, delayMs: HELD_MS },
      ],
      isReached: isRead(looks + 1),
    },
  ];
  if (isReadBack)
    steps.push({
      ...sent,
      name: 'on record, and being read back',
      hold: (token) => [...passing(token), { match: read(token), times: 10, delayMs: HELD_MS }],
      isReached: isRead(looks + 1),
    });
  if (early)
    steps.push({
      kind,
      name: 'being looked at before',
      hold: (token) => [{ match: read(token), times: 10, delayMs: HELD_MS }],
      isReached: isRead(1),
      outcome: null,
      isMade: false,
      ...early,
    });
  return steps;
}

const STEPS: readonly Step[] = [
  ...tokenSteps('token.create', null, true),
  ...tokenSteps('token.refresh', { again: 200 }, true),
  // Its form is claimed before the look: that nothing was sent is not known of it any more.
  ...tokenSteps('token.revoke', { again: 504 }, false),
  {
    kind: 'bundle.patch',
    name: 'the token being read',
    hold: () => [{ match: read(LEGACY), times: 20, delayMs: HELD_MS }],
    isReached: ({ journal }) => came(journal, read(LEGACY)) > 0,
    outcome: null,
    isMade: false,
    again: 200,
  },
  {
    kind: 'bundle.patch',
    name: 'on record, and being patched',
    hold: () => [],
    isReached: ({ log }) => /"bundle\.patch".*"phase":"intent"/.test(log),
    outcome: 'unknown-after-restart',
    isMade: false,
    again: 200,
  },
];

/** So many are held at once, and one kill cuts them all: more calls at once are not made. */
const AT_ONCE = 4;

/** Cuts each step once; the answer is how many. Throws at the first thing that is half done. */
export async function crashSteps(desk: Desk, round: number): Promise<number> {
  const key = await desk.manage(['key', 'create', `steps-${round}`, '--role', 'admin']);
  const tokens = STEPS.filter(({ kind }) => kind !== 'bundle.patch');
  const groups = Array.from({ length: Math.ceil(tokens.length / AT_ONCE) }, (_, index) =>
    tokens.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
  const patches = STEPS.filter(({ kind }) => kind === 'bundle.patch').map((step) => [step]);
  let count = 0;
  for (const group of [...groups, ...patches]) {
    await cut(
      desk,
      key,
      group.map((step) => ({ step, token: `s${round}-${count++}`, form: crypto.randomUUID() })),
    );
  }
  await cutUpload(desk, key);
  return count + 1;
}

type Cut = { step: Step; token: string; form: string };

async function cut(desk: Desk, key: string, group: readonly Cut[]): Promise<void> {
  for (const { step, token } of group)
    if (step.kind === 'token.refresh' || step.kind === 'token.revoke')
      await expectStatus(
        `making ${token}`,
        201,
        send(desk, key, '/tokens', { method: 'POST', body: tokenRequest(token) }),
      );
  await desk.control.clearJournal();
  const before = auditRows(desk).length;
  const logged = desk.log().length;
  const answers: Promise<number | null>[] = [];
  for (const one of group) {
    for (const fault of one.step.hold(one.token)) await desk.control.fault(fault);
    answers.push(ask(desk, key, one));
    await reached(desk, one, logged);
  }
  await desk.kill();
  for (const answer of await Promise.all(answers))
    if (answer !== null) throw new Error(`a change that was to be cut was answered ${answer}`);
  await desk.control.clearFaults();
  await desk.restart();
  await examineDatabase(desk);
  for (const one of group) await examine(desk, key, one, before);
}

/** Sends the change as its form does. */
function ask(desk: Desk, key: string, { step: { kind }, token, form }: Cut): Promise<number | null> {
  const headers = { 'Idempotency-Key': form };
  if (kind === 'token.create')
    return send(desk, key, '/tokens', { method: 'POST', body: tokenRequest(token), headers });
  if (kind === 'token.refresh')
    return send(desk, key, `/tokens/${token}/refresh`, { method: 'POST', headers });
  if (kind === 'token.revoke') return send(desk, key, `/tokens/${token}`, { method: 'DELETE', headers });
  return send(desk, key, `/bundles/patch?token=${LEGACY}`, { method: 'POST', body: BUNDLE });
}

const REACHED_MS_MAX = 20_000;

async function reached(desk: Desk, { step, token }: Cut, logged: number): Promise<void> {
  const deadline = performance.now() + REACHED_MS_MAX;
  const needsJournal = step.kind !== 'bundle.patch' || step.hold(token).length > 0;
  for (;;) {
    const journal = needsJournal ? await desk.control.journal() : [];
    if (step.isReached({ token, journal, log: desk.log().slice(logged) })) return;
    if (performance.now() > deadline) throw new Error(`${step.kind} never came to: ${step.name}`);
    await setImmediate();
  }
}

async function examine(desk: Desk, key: string, one: Cut, before: number): Promise<void> {
  const { step, token } = one;
  const words = `${step.kind}, ${step.name}`;
  const target = step.kind === 'bundle.patch' ? LEGACY : token;
  const settled = await outcomeOf(desk, before, step.kind, target);
  if (settled !== step.outcome) throw new Error(`${words}: on record is ${settled}, not ${step.outcome}`);
  const isMade = await changeIsMade(desk, key, step.kind, token);
  if (isMade !== step.isMade) throw new Error(`${words}: made at Akamai: ${isMade}`);
  const sent = async () => {
    if (step.kind === 'bundle.patch') return 0;
    const journal = await desk.control.journal();
    const own = journal.filter(
      ({ target, body }) => target.includes(`/${token}`) || body.includes(`"${token}"`),
    );
    return own.filter(({ method }) => method !== 'GET').length;
  };
  const sentBefore = await sent();
  await expectStatus(`${words}: the form again`, step.again, ask(desk, key, one));
  const sentAgain = (await sent()) - sentBefore;
  // Only what was never begun is done when it is asked for once more.
  const mayBeSent = step.outcome === null && step.again === 200 && step.kind !== 'bundle.patch' ? 1 : 0;
  if (sentAgain !== mayBeSent) throw new Error(`${words}: sent ${sentAgain} times more`);
}

/** The outcome of the one intent since then; null when there is none. Waits while it is being looked up. */
async function outcomeOf(desk: Desk, before: number, action: string, target: string): Promise<string | null> {
  const deadline = performance.now() + REACHED_MS_MAX;
  for (;;) {
    const rows = auditRows(desk).slice(before);
    const [intent, another] = rows.filter(
      (row) => row.phase === 'intent' && row.action === action && row.target === target,
    );
    if (!intent) return null;
    if (another) throw new Error(`${action} ${target} was begun twice`);
    const [outcome, more] = rows.filter(({ intent_seq }) => intent_seq === intent.seq);
    if (more) throw new Error(`${action} ${target} has two outcomes`);
    if (outcome) return outcome.outcome;
    if (performance.now() > deadline) throw new Error(`${action} ${target} is still open`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function changeIsMade(desk: Desk, key: string, kind: Kind, token: string): Promise<boolean> {
  if (kind === 'bundle.patch') return false;
  const answer = await fetch(`${desk.url}/api/v1/tokens/${token}`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  const { latestRefreshDate } = (await answer.json()) as { latestRefreshDate?: string | null };
  if (kind === 'token.create') return answer.status === 200;
  if (kind === 'token.revoke') return answer.status === 404;
  return typeof latestRefreshDate === 'string';
}

async function expectStatus(words: string, expected: number, answer: Promise<number | null>): Promise<void> {
  const status = await answer;
  if (status !== expected) throw new Error(`${words}: ${status}, not ${expected}`);
}

/** The upload of a bundle is cut in the middle: nothing of it is on record. */
async function cutUpload(desk: Desk, key: string): Promise<void> {
  const before = auditRows(desk).length;
  const request = httpRequest(`${desk.url}/api/v1/bundles/patch?token=${LEGACY}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Length': BUNDLE.byteLength, Expect: '100-continue' },
  });
  const gone = new Promise<void>((resolve) => request.once('error', () => resolve()));
  await new Promise<void>((resolve) => {
    request.once('continue', () => resolve());
    request.flushHeaders();
  });
  await new Promise<void>((resolve) => {
    request.write(BUNDLE.subarray(0, BUNDLE.byteLength / 2), () => resolve());
  });
  await desk.kill();
  await gone;
  await desk.restart();
  await examineDatabase(desk);
  const rows = auditRows(desk).slice(before);
  if (rows.some(({ action }) => action === 'bundle.patch')) throw new Error('half an upload is on record');
}

/** Prints what `npm run long -- crashes` found. */
export async function longCrashSteps(rounds: number): Promise<void> {
  const { desk, close } = await openDesk('steps', STEPS_DESK);
  try {
    let steps = 0;
    for (let round = 0; round < rounds; round += 1) steps += await crashSteps(desk, round);
    console.log(`${steps} kills at a step: each before, after or told as unknown; nothing sent twice`);
  } finally {
    await close();
  }
}
