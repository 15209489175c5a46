// The simulator's own EdgeGrid check against Akamai's published vectors, and what it refuses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import EdgeGrid from 'akamai-edgegrid';
import { createSignCheck, type SimCredential, sign } from './sign-check';

// Published test data of Akamai's signing libraries: invented credentials, one fixed time and nonce.
const HOST = 'akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net';
const CLIENT_TOKEN = 'akab-client-token-xxx-xxxxxxxxxxxxxxxx';
const ACCESS_TOKEN = 'akab-access-token-xxx-xxxxxxxxxxxxxxxx';
const CLIENT_SECRET = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=';
const TIMESTAMP = '20140321T19:34:21+0000';
const NONCE = 'nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
const AUTHORIZATION = `EG1-HMAC-SHA256 client_token=${CLIENT_TOKEN};access_token=${ACCESS_TOKEN};timestamp=${TIMESTAMP};nonce=${NONCE};`;

const VECTORS: readonly [name: string, method: string, target: string, body: string, signature: string][] = [
  ['a GET', 'GET', '/', '', 'tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU='],
  ['a query', 'GET', '/testapi/v1/t1?p1=1&p2=2', '', 'hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA='],
  [
    'a POST with a body',
    'POST',
    '/testapi/v1/t3',
    'datadatadatadatadatadatadatadata',
    'hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=',
  ],
  ['a POST without a body', 'POST', '/testapi/v1/t6', '', '1gEDxeQGD5GovIkJJGcBaKnZ+VaPtrc4qBUHixjsPCQ='],
];

const CREDENTIAL: SimCredential = {
  host: HOST,
  clientToken: CLIENT_TOKEN,
  clientSecret: CLIENT_SECRET,
  accessToken: ACCESS_TOKEN,
};
const NOW = Date.parse('2026-11-25T10:00:00Z');
const ORIGIN = `https\t${HOST}`;

type Signed = {
  method?: string;
  target?: string;
  body?: Buffer;
  at?: number;
  nonce?: string;
  secret?: string;
  clientToken?: string;
  accessToken?: string;
};

function signed(options: Signed = {}) {
  const {
    method = 'GET',
    target = '/edgekv/v1/tokens?includeExpired=true',
    body = Buffer.alloc(0),
  } = options;
  const at = new Date(options.at ?? NOW).toISOString();
  const timestamp = `${at.slice(0, 10).replaceAll('-', '')}T${at.slice(11, 19)}+0000`;
  const pairs = `client_token=${options.clientToken ?? CLIENT_TOKEN};access_token=${options.accessToken ?? ACCESS_TOKEN};timestamp=${timestamp};nonce=${options.nonce ?? crypto.randomUUID()};`;
  const authorization = `EG1-HMAC-SHA256 ${pairs}`;
  const signature = sign(
    { method, target, body },
    ORIGIN,
    authorization,
    timestamp,
    options.secret ?? CLIENT_SECRET,
  );
  return {
    method,
    target,
    body,
    authority: '127.0.0.1:1',
    authorization: `${authorization}signature=${signature}`,
  };
}

describe('EG1-HMAC-SHA256', () => {
  for (const [name, method, target, body, signature] of VECTORS) {
    test(`${name} is signed as Akamai publishes it`, () => {
      const request = { method, target, body: Buffer.from(body) };
      assert.equal(sign(request, ORIGIN, AUTHORIZATION, TIMESTAMP, CLIENT_SECRET), signature);
    });
  }

  test('what the official library signs is accepted, bodies beyond the signed part included', () => {
    const check = createSignCheck(CREDENTIAL, () => Date.now());
    const edgeGrid = new EdgeGrid(CLIENT_TOKEN, CLIENT_SECRET, ACCESS_TOKEN, HOST);
    for (const [method, body] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '{"name":"a"}'],
      ['POST', 'd'.repeat(131_072)],
      ['POST', 'd'.repeat(131_073)],
      ['POST', 'd'.repeat(200_000)],
    ] as const) {
      const path = '/edgekv/v1/tokens?a=1&b=%20';
      const request = edgeGrid.auth({ method, path, ...(body ? { body } : {}), headers: {} }).request as {
        headers: { Authorization: string };
      };
      const { Authorization: authorization } = request.headers;
      const given = { method, target: path, authority: 'elsewhere', authorization, body: Buffer.from(body) };
      assert.equal(check(given), 'ok', `${method} with ${body.length} bytes`);
    }
  });

  test('a changed method, path, query, body or secret is a wrong signature', () => {
    const check = createSignCheck(CREDENTIAL, () => NOW);
    const body = Buffer.from('{"name":"a"}');
    const changes: [string, ReturnType<typeof signed>][] = [
      ['method', { ...signed(), method: 'DELETE' }],
      ['path', { ...signed(), target: '/edgekv/v1/tokens/x' }],
      ['query', { ...signed(), target: '/edgekv/v1/tokens?includeExpired=false' }],
      ['body', { ...signed({ method: 'POST', body }), body: Buffer.from('{"name":"b"}') }],
      ['secret', signed({ secret: 'another=' })],
    ];
    for (const [what, request] of changes) assert.equal(check(request), 'bad-signature', what);
    assert.equal(check(signed({ method: 'POST', body })), 'ok');
  });

  test('of a POST body the first 131,072 bytes are signed, and no more', () => {
    const check = createSignCheck(CREDENTIAL, () => NOW);
    const body = Buffer.alloc(131_073, 'a');
    const last = Buffer.from(body);
    last[131_072] = 0x62;
    assert.equal(check({ ...signed({ method: 'POST', body }), body: last }), 'ok');
    const within = Buffer.from(body);
    within[131_071] = 0x62;
    assert.equal(check({ ...signed({ method: 'POST', body }), body: within }), 'bad-signature');
  });

  test('the clock may be 30 s off and no more', () => {
    const check = createSignCheck(CREDENTIAL, () => NOW);
    for (const [offMs, verdict] of [
      [0, 'ok'],
      [30_000, 'ok'],
      [-30_000, 'ok'],
      [31_000, 'bad-timestamp'],
      [-31_000, 'bad-timestamp'],
    ] as const) {
      assert.equal(check(signed({ at: NOW + offMs })), verdict, `${offMs} ms`);
    }
  });

  test('a nonce counts once, and a wrong signature does not use it up', () => {
    const check = createSignCheck(CREDENTIAL, () => NOW);
    assert.equal(check(signed({ nonce: 'n', secret: 'another=' })), 'bad-signature');
    assert.equal(check(signed({ nonce: 'n' })), 'ok');
    assert.equal(check(signed({ nonce: 'n' })), 'bad-signature');
  });

  test('other tokens are an inactive client, and other headers are malformed', () => {
    const check = createSignCheck(CREDENTIAL, () => NOW);
    assert.equal(check(signed({ clientToken: 'akab-other' })), 'inactive-client');
    assert.equal(check(signed({ accessToken: 'akab-other' })), 'inactive-client');
    for (const authorization of [undefined, '', 'Bearer x', AUTHORIZATION, `${AUTHORIZATION}signature=`]) {
      assert.equal(check({ ...signed(), authorization }), 'malformed', String(authorization));
    }
  });
});
