// What the doctor concludes: each thing that can be wrong is told once, with what to do, and without names of hosts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDay } from './day';
import { type Answers, type Check, diagnose, type Path, worstState } from './diagnosis';
import { fail, ok, type ProblemCode } from './problem';

const TODAY = parseDay('2026-11-26') ?? assert.fail();
const ENDS = parseDay('2027-03-01') ?? assert.fail();
const SECRET = 'akab-host.luna.akamaiapis.net';

const path: Path = {
  dialled: `${SECRET}:443`,
  proxy: null,
  lookUp: { state: 'done', value: { addresses: ['192.0.2.1'] } },
  connection: { state: 'done', value: { ms: 12 } },
  tls: { state: 'done', value: { issuer: 'DigiCert', ends: ENDS } },
  clock: { state: 'done', value: { aheadSeconds: 0 } },
};
const RIGHTS = ['VIEW', 'CREATE', 'REVOKE'].flatMap((verb) => [`${verb}_TOKEN`, `${verb}_STAGING_TOKEN`]);
const initialized = {
  accountStatus: 'INITIALIZED',
  productionStatus: 'INITIALIZED',
  stagingStatus: 'INITIALIZED',
} as const;
const answers: Answers = {
  initialization: ok(initialized),
  groups: ok([{ groupName: 'Web Shop', capabilities: RIGHTS }]),
  edgeWorkers: ok([]),
};
const failed = (code: ProblemCode) => fail(code, 502, 'It failed.', 'Mend it.');

function states(checks: readonly Check[]): Record<string, string> {
  return Object.fromEntries(
    checks.filter(({ state }) => state !== 'ok').map(({ key, state }) => [key, state]),
  );
}

test('all is well when everything answers, and nothing asks to do anything', () => {
  const checks = diagnose(path, answers, TODAY);
  assert.equal(checks.length, 9);
  assert.deepEqual(states(checks), {});
  assert.equal(worstState(checks), 'ok');
  assert.ok(checks.every(({ advice }) => advice === null));
});

const unreached = { initialization: null, groups: null, edgeWorkers: null };
const untried = { state: 'skipped' } as const;
const NOT_ASKED = {
  signature: 'skipped',
  edgekv: 'skipped',
  initialized: 'skipped',
  capabilities: 'skipped',
  edgeworkers: 'skipped',
};

const CASES: Readonly<
  Record<
    string,
    { path?: Partial<Path>; answers?: Partial<Answers>; states: Record<string, string>; words: RegExp }
  >
> = {
  'no address': {
    path: {
      lookUp: { state: 'failed', code: 'ENOTFOUND' },
      connection: untried,
      tls: untried,
      clock: untried,
    },
    answers: unreached,
    states: { name: 'failed', connection: 'skipped', tls: 'skipped', clock: 'skipped', ...NOT_ASKED },
    words: /Check DNS/,
  },
  'no way through': {
    path: { connection: { state: 'failed', code: 'TIMEOUT' }, tls: untried, clock: untried },
    answers: unreached,
    states: { connection: 'failed', tls: 'skipped', clock: 'skipped', ...NOT_ASKED },
    words: /firewall/,
  },
  'a proxy that refuses': {
    path: {
      proxy: 'http://proxy.example:3128',
      connection: { state: 'failed', code: 'PROXY_403' },
      tls: untried,
      clock: untried,
    },
    answers: unreached,
    states: { connection: 'failed', tls: 'skipped', clock: 'skipped', ...NOT_ASKED },
    words: /The proxy refuses.*CONNECT/,
  },
  'a certificate of a company': {
    path: {
      tls: { state: 'failed', code: 'SELF_SIGNED_CERT_IN_CHAIN', value: { issuer: 'Acme', ends: ENDS } },
      clock: untried,
    },
    answers: unreached,
    states: { tls: 'failed', clock: 'skipped', ...NOT_ASKED },
    words: /NODE_EXTRA_CA_CERTS/,
  },
  'a certificate that ends': {
    path: { tls: { state: 'done', value: { issuer: 'Acme', ends: parseDay('2026-12-01') ?? ENDS } } },
    states: { tls: 'attention' },
    words: /ends in 5 days/,
  },
  'a clock that is a little off': {
    path: { clock: { state: 'done', value: { aheadSeconds: -20 } } },
    states: { clock: 'attention' },
    words: /20 seconds behind.*NTP/,
  },
  'a clock that is off': {
    path: { clock: { state: 'done', value: { aheadSeconds: 3600 } } },
    answers: { initialization: failed('akamai-clock-skew') },
    states: { clock: 'failed', signature: 'skipped', edgekv: 'skipped', initialized: 'skipped' },
    words: /3600 seconds ahead.*NTP/,
  },
  'a wrong secret': {
    answers: {
      initialization: failed('akamai-signature'),
      groups: failed('akamai-signature'),
      edgeWorkers: failed('akamai-signature'),
    },
    states: {
      signature: 'failed',
      edgekv: 'skipped',
      initialized: 'skipped',
      capabilities: 'skipped',
      edgeworkers: 'skipped',
    },
    words: /It failed. Mend it/,
  },
  'a client that is not active any more': {
    answers: { initialization: failed('akamai-inactive-client') },
    states: { ...NOT_ASKED, signature: 'failed' },
    words: /It failed/,
  },
  'no grant for EdgeKV': {
    answers: { initialization: failed('akamai-grant-missing'), groups: failed('akamai-grant-missing') },
    states: { edgekv: 'failed', initialized: 'skipped', capabilities: 'skipped' },
    words: /no grant for EdgeKV. Give the API client access to EdgeKV/,
  },
  'no grant for EdgeWorkers': {
    answers: { edgeWorkers: failed('akamai-grant-missing') },
    states: { edgeworkers: 'attention' },
    words: /no grant for EdgeWorkers.*tokens work/,
  },
  'an account that the client may not use': {
    answers: { initialization: failed('akamai-forbidden'), groups: failed('akamai-forbidden') },
    states: { edgekv: 'failed', initialized: 'skipped', capabilities: 'skipped' },
    words: /account switch key/,
  },
  'EdgeKV not initialised': {
    answers: {
      initialization: ok({
        accountStatus: 'UNINITIALIZED',
        productionStatus: 'UNINITIALIZED',
        stagingStatus: 'UNINITIALIZED',
      }),
    },
    states: { initialized: 'failed' },
    words: /not initialised.*edgekv initialize/,
  },
  'EdgeKV being initialised': {
    answers: { initialization: ok({ ...initialized, productionStatus: 'PENDING' }) },
    states: { initialized: 'attention' },
    words: /being initialised/,
  },
  'rights that no group has': {
    answers: {
      groups: ok([
        { groupName: 'Readers', capabilities: ['VIEW_TOKEN', 'VIEW_STAGING_TOKEN', 'CREATE_STAGING_TOKEN'] },
      ]),
    },
    states: { capabilities: 'attention' },
    words: /No access group allows to revoke on staging, nor to create, revoke on production/,
  },
  'no answer in time': {
    answers: { initialization: null },
    states: { signature: 'skipped', edgekv: 'skipped', initialized: 'skipped' },
    words: /Not checked/,
  },
};

for (const [name, { path: more, answers: other, states: expected, words }] of Object.entries(CASES))
  test(`the doctor tells: ${name}`, () => {
    const checks = diagnose({ ...path, ...more }, { ...answers, ...other }, TODAY);
    assert.deepEqual(states(checks), expected);
    const told = checks.map((one) => `${one.words} ${one.advice ?? ''}`).join('\n');
    assert.match(told, words);
    for (const { state, advice } of checks)
      if (state === 'failed' || state === 'attention') assert.ok(advice);
    // What everybody may read names no host, address, proxy or group.
    assert.doesNotMatch(told, /luna|192\.0\.2|proxy\.example|Web Shop|Readers|DigiCert|Acme/);
  });

test('admins get the facts behind a check', () => {
  const details = diagnose(path, answers, TODAY).flatMap((one) =>
    one.details.map(({ label, text }) => `${label}: ${text}`),
  );
  for (const fact of [
    `Dialled: ${SECRET}:443`,
    'Addresses: 192.0.2.1',
    'Took: 12 ms',
    'Issuer: DigiCert',
    'Ends: 2027-03-01',
    'Web Shop: staging: see, create, revoke · production: see, create, revoke',
  ])
    assert.ok(details.includes(fact), fact);
});

test('the worst of all checks is what an account is told by', () => {
  const worst = (...all: Check['state'][]) =>
    worstState(all.map((state) => ({ key: '', title: '', state, words: '', advice: null, details: [] })));
  assert.equal(worst('ok', 'skipped', 'attention', 'failed'), 'failed');
  assert.equal(worst('ok', 'skipped', 'attention'), 'attention');
  assert.equal(worst('ok', 'skipped'), 'skipped');
  assert.equal(worst('ok'), 'ok');
});
