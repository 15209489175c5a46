// The control handle's faults as a client sees them, over HTTP and TLS; the certificates; and the further accounts.
import assert from 'node:assert/strict';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { after, before, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ACCOUNT_SWITCH_KEYS, furtherCredential, MEDIA_CREDENTIAL } from './accounts';
import { Control, type FaultRequest } from './control';
import { edgercOf } from './edgerc';
import { SIMULATOR_CREDENTIAL, type Simulator, startSimulator } from './server';
import { authorizationOf } from './signed-get';

let plain: Simulator;
let tls: Simulator;

before(async () => {
  plain = await startSimulator();
  tls = await startSimulator({ tls: 'good' });
});
after(async () => {
  await Promise.all([plain.close(), tls.close()]);
});
beforeEach(async () => {
  await Promise.all([plain, tls].map(({ controlUrl }) => new Control(controlUrl).reset()));
});

type Seen = {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Why the answer ended early. */
  broken: string | null;
};

const TOKENS = '/edgekv/v1/tokens';
const CREATE = JSON.stringify({
  name: 'made-here',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r'] },
});

/** One signed call on a connection of its own. `enough` ends it after so many bytes, `waitMs` after that long. */
function call(
  simulator: Simulator,
  target = TOKENS,
  { method = 'GET', body = '', credential = SIMULATOR_CREDENTIAL, enough = Infinity, waitMs = 5_000 } = {},
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const send = simulator.ca ? tlsRequest : plainRequest;
    const headers = { Authorization: authorizationOf(credential, method, target, Buffer.from(body)) };
    const options = { method, headers, agent: false as const, ...(simulator.ca ? { ca: simulator.ca } : {}) };
    const sent = send(`${simulator.url}${target}`, options, (response) => {
      const chunks: Buffer[] = [];
      const end = (broken: string | null) => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks), broken });
        sent.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (chunks.reduce((sum, one) => sum + one.byteLength, 0) >= enough) end('enough');
      });
      response.on('end', () => end(null));
      response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      sent.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      sent.setTimeout(waitMs, () => end('silence'));
    });
    sent.setTimeout(waitMs, () => sent.destroy(new Error('silence')));
    // Once an answer has begun, its end is told above.
    sent.on('error', (error) => setImmediate(reject, error));
    sent.end(body);
  });
}

/** A test of both, each with its control handle. */
function onBoth(title: string, run: (simulator: Simulator, control: Control) => Promise<void>): void {
  test(`over HTTP: ${title}`, () => run(plain, new Control(plain.controlUrl)));
  test(`over TLS: ${title}`, () => run(tls, new Control(tls.controlUrl)));
}

onBoth('silence, before and after the effect', async (simulator, control) => {
  await control.fault({ match: { method: 'POST' }, silent: 'before' });
  const create = { method: 'POST', body: CREATE, waitMs: 100 };
  await assert.rejects(call(simulator, TOKENS, create), /silence/);
  assert.equal(simulator.account().tokens.has('made-here'), false);
  await control.fault({ match: { method: 'POST' }, silent: 'after' });
  await assert.rejects(call(simulator, TOKENS, create), /silence/);
  assert.equal(simulator.account().tokens.has('made-here'), true);
});

onBoth(
  'an answer is cut by silence, a reset and a half-close, with its headers sent',
  async (simulator, control) => {
    const cuts: [cut: NonNullable<FaultRequest['cut']>, broken: string, bytes: number][] = [
      [{ how: 'silence' }, 'silence', 0],
      [{ how: 'silence', afterBytes: 30 }, 'silence', 30],
      [{ how: 'reset', afterBytes: 30 }, 'ECONNRESET', 30],
      [{ how: 'half-close', afterBytes: 30 }, 'ECONNRESET', 30],
    ];
    for (const [cut, broken, bytes] of cuts) {
      await control.fault({ cut });
      const seen = await call(simulator, TOKENS, { waitMs: 200 });
      assert.equal(seen.status, 200);
      assert.deepEqual([seen.broken, seen.body.byteLength], [broken, bytes], JSON.stringify(cut));
    }
  },
);

onBoth('bytes come one by one', async (simulator, control) => {
  await control.fault({ answer: { status: 200, body: '0123456789' }, byteMs: 10 });
  const started = performance.now();
  assert.equal((await call(simulator)).body.toString(), '0123456789');
  assert.ok(performance.now() - started >= 95);
});

onBoth('a body of any size is made while it is sent, compressed too', async (simulator, control) => {
  const body = { before: '{"tokens":[', repeat: '[1],', times: 30_000, after: '[]]}' };
  const whole = `{"tokens":[${'[1],'.repeat(30_000)}[]]}`;
  await control.fault({ answer: { status: 200, body } });
  assert.equal((await call(simulator)).body.toString(), whole);
  await control.fault({ answer: { status: 200, body, gzip: true } });
  const packed = await call(simulator);
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.ok(packed.body.byteLength < whole.length / 50);
  assert.equal(gunzipSync(packed.body).toString(), whole);
  // 100 GB: whoever is sent it goes away, and the simulator lives on.
  await control.fault({ answer: { status: 200, body: { repeat: ' ', times: 100_000_000_000 } } });
  assert.equal((await call(simulator, TOKENS, { enough: 1_000_000 })).broken, 'enough');
  assert.equal((await call(simulator)).status, 200);
});

test('the simulator’s own answer gets further headers', async () => {
  await new Control(plain.controlUrl).fault({ headers: { 'x-ratelimit-remaining': '3' } });
  const seen = await call(plain);
  assert.equal(seen.headers['x-ratelimit-remaining'], '3');
  assert.ok(seen.body.includes('cart-reader'));
});

test('a change is made later than its answer was lost; a reset forgets it', async () => {
  const control = new Control(plain.controlUrl);
  const post = { method: 'POST', body: CREATE, waitMs: 50 };
  const late = async () => (await control.journal()).find(({ method }) => method === 'POST')?.late;
  for (const fault of [
    { drop: 'after' },
    { silent: 'after' },
    { answer: { status: 502, effect: 'after' } },
  ] as const) {
    await control.reset();
    await control.fault({ match: { method: 'POST' }, lateMs: 600, ...fault });
    const answered = await call(plain, TOKENS, post).then(
      ({ status }) => status,
      () => null,
    );
    assert.equal(answered, 'answer' in fault ? 502 : null);
    assert.equal(await late(), 'waiting');
    assert.equal(plain.account().tokens.has('made-here'), false);
    while ((await late()) !== 'made');
    assert.equal(plain.account().tokens.has('made-here'), true);
  }
  await control.reset();
  await control.fault({ match: { method: 'POST' }, lateMs: 50, drop: 'after' });
  await assert.rejects(call(plain, TOKENS, post));
  const before = plain.account();
  await control.reset();
  // A second one, later than the first would have been, tells the time.
  await control.fault({ match: { method: 'POST' }, lateMs: 60, drop: 'after' });
  await assert.rejects(call(plain, TOKENS, post));
  while ((await late()) !== 'made');
  assert.equal(before.tokens.has('made-here'), false);
  await assert.rejects(control.fault({ lateMs: 5 }), /lateMs needs/);
});

test('the certificate is good, for another name, or expired', async () => {
  assert.equal((await call(tls)).status, 200);
  for (const [kind, code, ca] of [
    ['good', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', tls.ca],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID', null],
    ['expired', 'CERT_HAS_EXPIRED', null],
  ] as const) {
    const other = await startSimulator({ tls: kind });
    await assert.rejects(call({ ...other, ca: ca ?? other.ca }), { code }, kind);
    await other.close();
  }
});

test('a switch key and a second credential lead to other accounts, and an unknown key to a refusal', async () => {
  const names = async (seen: Promise<Seen>) => {
    const { tokens } = JSON.parse((await seen).body.toString()) as {
      tokens: { name: string; uuid: string }[];
    };
    return new Map(tokens.map(({ name, uuid }) => [name, uuid]));
  };
  const at = (key: string) => `${TOKENS}?accountSwitchKey=${encodeURIComponent(key)}`;
  const shop = await names(call(plain));
  const outlet = await names(call(plain, at(ACCOUNT_SWITCH_KEYS.outlet)));
  const media = await names(call(plain, TOKENS, { credential: MEDIA_CREDENTIAL }));
  assert.deepEqual(await names(call(plain, at(ACCOUNT_SWITCH_KEYS.shop))), shop);
  assert.deepEqual(await names(call(plain, TOKENS, { credential: furtherCredential(7) })), shop);
  assert.ok(outlet.has('outlet-prices') && !shop.has('outlet-prices') && media.has('ad-breaks'));
  // One name in three accounts is three tokens.
  assert.equal(new Set([shop, outlet, media].map((one) => one.get('geo-router'))).size, 3);
  for (const refused of [
    await call(plain, at('A-CCT9999:1-2RBL')),
    await call(plain, at(ACCOUNT_SWITCH_KEYS.shop), { credential: MEDIA_CREDENTIAL }),
  ]) {
    assert.equal(refused.status, 401);
    assert.match(refused.body.toString(), /not authorized to manage the supplied context/);
  }
  const control = new Control(plain.controlUrl);
  assert.deepEqual(
    (await control.journal()).map(({ account }) => account),
    ['shop', 'outlet', 'media', 'shop', 'shop', null, null],
  );
  await control.change({ account: 'outlet', empty: true });
  assert.equal((await call(plain, at(ACCOUNT_SWITCH_KEYS.outlet))).status, 404);
  await control.fault({ match: { account: 'media' }, answer: { status: 500 } });
  assert.equal((await call(plain)).status, 200);
  assert.equal((await call(plain, TOKENS, { credential: MEDIA_CREDENTIAL })).status, 500);
  const created = await call(plain, at(ACCOUNT_SWITCH_KEYS.shop), { method: 'POST', body: CREATE });
  assert.equal(created.status, 200);
  assert.ok(plain.account().tokens.has('made-here') && !plain.account('outlet').tokens.has('made-here'));
});

test('the .edgerc has the second section on demand, and over TLS the simulator’s own address', async () => {
  assert.doesNotMatch(edgercOf(plain), /\[media\]/);
  assert.match(
    edgercOf(plain, ['media']),
    /^\[default\]\nhost = akab-sim[\s\S]+\n\n\[media\]\nhost = akab-sim/,
  );
  const { host } = new URL(tls.url);
  const hosts = [...edgercOf(tls, ['media']).matchAll(/^host = (.+)$/gm)].map(([, one]) => one);
  assert.deepEqual(hosts, [host, host]);
  // What the official CLI does: it signs for the address that it dials.
  assert.equal((await call(tls, TOKENS, { credential: tls.credential })).status, 200);
});
