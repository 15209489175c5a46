// The description of the HTTP API against what its routes really answer: statuses, types, headers and every field.
import { type ErrorObject, Ajv2020 as Validator } from 'ajv/dist/2020.js';
import { makeBundle } from '@/simulator/bundle';
import { seedTokens } from '@/simulator/seed';
import { type Desk, expect, test } from './fixtures';

type Schema = Record<string, unknown>;
type Answer = {
  headers?: Record<string, { $ref: string }>;
  content?: Record<string, { schema: Schema }>;
};
type Operation = {
  operationId: string;
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Answer>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; headers: Record<string, { schema: Schema }> };
};
type Call = {
  key?: string;
  name?: string;
  query?: string;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  type?: string;
  headers?: Record<string, string>;
};

/** Calls what the document describes, and says what of the answer is not as described. */
class Described {
  readonly #validator = new Validator({
    allErrors: true,
    formats: { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ },
  });
  /** `METHOD path status` of everything that was answered as described. */
  readonly seen = new Set<string>();

  constructor(
    readonly desk: Desk,
    readonly document: Document,
  ) {
    this.#validator.addSchema({
      $id: 'api',
      $defs: JSON.parse(inDefs(document.components.schemas)) as Schema,
    });
  }

  /** What is wrong with `value`; [] when it is as `schema` says. */
  wrong(schema: Schema, value: unknown): ErrorObject[] {
    const validate = this.#validator.compile(JSON.parse(inDefs(schema)) as Schema);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  async call(method: string, path: string, call: Call = {}): Promise<{ status: number; json: unknown }> {
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${method} ${path} is not described`);
    const url = `${this.desk.url}${path.replace('{name}', call.name ?? '')}${call.query ? `?${call.query}` : ''}`;
    const known = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    for (const name of new URL(url).searchParams.keys()) expect(known, `${method} ${path}`).toContain(name);
    const response = await fetch(url, {
      method,
      headers: {
        ...(call.key ? { Authorization: `Bearer ${call.key}` } : {}),
        ...(call.type ? { 'Content-Type': call.type } : {}),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const words = `${method} ${path} ${response.status}`;
    const answer = operation.responses[response.status];
    if (!answer) throw new Error(`${words} is not described: ${await response.text()}`);
    const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '');
    expect(Object.keys(answer.content ?? {}), words).toContain(type);
    for (const [name, { $ref }] of Object.entries(answer.headers ?? {})) {
      const value = response.headers.get(name);
      const described = this.document.components.headers[$ref.split('/').pop() ?? ''];
      if (!described) throw new Error(`${$ref} leads nowhere`);
      if (value !== null) expect(this.wrong(described.schema, value), `${words} ${name}`).toEqual([]);
    }
    for (const [name] of response.headers) {
      if (!/^(bundle-|repr-|retry-|content-disp|www-)/.test(name)) continue;
      const described = Object.keys(answer.headers ?? {}).map((one) => one.toLowerCase());
      expect(described, words).toContain(name);
    }
    const text = await response.text();
    const json: unknown = type.endsWith('json') ? JSON.parse(text) : null;
    const schema = answer.content?.[type]?.schema;
    if (json !== null && schema) expect(this.wrong(schema, json), `${words}\n${text}`).toEqual([]);
    this.seen.add(words);
    return { status: response.status, json };
  }
}

/** The schemas stand in `$defs` of a schema of their own, as ajv knows nothing of OpenAPI. */
function inDefs(schema: unknown): string {
  return JSON.stringify(schema).replaceAll('"#/components/schemas/', '"api#/$defs/');
}

async function keyOf(desk: Desk, role: string): Promise<string> {
  return desk.manage(['key', 'create', `described-${role}-${crypto.randomUUID()}`, '--role', role]);
}

async function described(desk: Desk): Promise<{ api: Described; admin: string; viewer: string }> {
  const [admin, viewer] = [await keyOf(desk, 'admin'), await keyOf(desk, 'viewer')];
  const headers = { Authorization: `Bearer ${viewer}` };
  const response = await fetch(`${desk.url}/api/v1/openapi.json`, { headers });
  expect(response.status).toBe(200);
  return { api: new Described(desk, (await response.json()) as Document), admin, viewer };
}

function operationsOf({ paths }: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

const bundle = new Uint8Array(makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' }));
const GZIP = 'application/gzip';
const JSON_TYPE = 'application/json';
const asked = (name: string) => ({
  name,
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r', 'w'] },
  restrictToEdgeWorkerIds: ['4101'],
});

function formOf(...files: Uint8Array<ArrayBuffer>[]): FormData {
  const form = new FormData();
  for (const [index, file] of files.entries()) form.append('bundle', new Blob([file]), `b${index}.tgz`);
  return form;
}

test('the document is sound: every reference leads somewhere, every name is used once', async ({ desk }) => {
  const { api } = await described(desk);
  const { document } = api;
  expect(document.openapi).toBe('3.1.0');
  const all = operationsOf(document);
  expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
  // Compiles each schema: ajv is strict about keywords that mean nothing.
  for (const name of Object.keys(document.components.schemas))
    api.wrong({ $ref: `#/components/schemas/${name}` }, null);
  for (const { path, operation } of all) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
  }
});

test('every operation answers as described', async ({ desk, pageOf }) => {
  const page = await pageOf('releaser');
  const { api, admin, viewer } = await described(desk);
  const key = admin;
  const name = `described-${Date.now()}`.slice(0, 32);
  await api.call('GET', '/api/health');
  await api.call('GET', '/api/ready');
  await api.call('GET', '/api/metrics', { key: viewer });
  await api.call('GET', '/api/v1/openapi.json', { key: viewer });
  await api.call('GET', '/api/v1/tokens', { key: viewer });
  await api.call('GET', '/api/v1/tokens', { key: viewer, query: 'includeExpired=true&account=default' });
  await api.call('GET', '/api/v1/due', { key: viewer });
  // With something of everything in it: a token that is gone, and a bundle that cannot be read.
  await api.call('DELETE', '/api/v1/tokens/{name}', { key, name: 'stock-levels' });
  const refused = { path: '/ids/4114/versions/1[.]5[.]0/content' };
  await desk.control.fault({ match: refused, times: 100, answer: { status: 403, body: '{}' } });
  await page.goto('/default/edgeworkers');
  await page.getByRole('button', { name: 'Scan now' }).click();
  const usage = () => api.call('GET', '/api/v1/usage', { key: viewer, query: 'account=default' });
  await expect
    .poll(async () => (await usage()).json, { timeout: 20_000 })
    .toMatchObject({
      scan: { endedAt: expect.any(String), progress: { done: 16, total: 16 } },
      tokens: expect.arrayContaining([
        expect.objectContaining({ name: 'checkout-rw', state: 'used' }),
        expect.objectContaining({ name: 'maintenance-switch', state: 'unknown' }),
      ]),
      gone: [expect.objectContaining({ edgeWorker: '4102', version: '5.0.2', networks: expect.any(Array) })],
    });
  expect((await api.call('GET', '/api/v1/tokens', { key: viewer })).json).toMatchObject({
    tokens: expect.arrayContaining([
      expect.objectContaining({ usage: { state: 'used', edgeWorkers: 3, onProduction: 3 } }),
    ]),
  });
  const dueQuery = 'account=default&kind=expiry,refresh&window=30&finding=no-owner&owner=none&answered=no';
  expect((await api.call('GET', '/api/v1/due', { key: viewer, query: dueQuery })).json).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ kind: 'expiry', window: '7' })]),
  });
  await api.call('GET', '/api/v1/due', { key: viewer, query: 'window=never' });
  const request = asked(name);
  const requestSchema = { $ref: '#/components/schemas/TokenRequest' };
  expect(api.wrong(requestSchema, request)).toEqual([]);
  expect(api.wrong(requestSchema, { ...request, namespacePermissions: { cart: ['x'] } })).not.toEqual([]);
  expect(api.wrong(requestSchema, { ...request, restrictToEwids: [1] })).not.toEqual([]);
  await api.call('POST', '/api/v1/tokens', { key, type: JSON_TYPE, body: JSON.stringify(request) });
  for (const one of [name, 'loyalty-points', 'cart-reader', 'old-login-hints'])
    await api.call('GET', '/api/v1/tokens/{name}', { key: viewer, name: one });
  const inspect = '/api/v1/bundles/inspect';
  await api.call('POST', inspect, { key: viewer, type: GZIP, body: bundle });
  const query = `token=${name}&overwrite=true&version=1.4.3&validate=true&edgeworker=4101`;
  const previewed = await api.call('POST', inspect, { key, type: GZIP, body: bundle, query });
  expect(previewed.json).toMatchObject({ preview: { ok: true } });
  const seeded = seedTokens(Date.now());
  const tokens = ['loyalty-points', 'cart-reader', 'old-login-hints'].flatMap((one) => seeded.get(one) ?? []);
  expect(tokens).toHaveLength(3);
  for (const style of ['usual', 'bare-key', 'inlined', 'lib', 'twice', 'own-call'] as const) {
    const used = new Uint8Array(makeBundle({ name: 'used', version: '1.0.0', tokens, style }));
    const seen = await api.call('POST', inspect, { key, body: formOf(used), query: `token=${name}` });
    // Otherwise the shape of what is known of a token would go untried.
    expect(JSON.stringify(seen.json), style).toMatch(/"matchedBy":"(reference|claims)"/);
  }
  const patch = '/api/v1/bundles/patch';
  const query2 = `token=${name}&name=shop.tgz`;
  await api.call('POST', patch, { key, type: GZIP, body: bundle, query: query2 });
  await api.call('POST', patch, { key, body: formOf(bundle, bundle), query: `token=${name}` });
  const file = '/api/v1/tokens/{name}/tokens-file';
  await api.call('POST', file, { key, name });
  await api.call('POST', file, { key, name: 'loyalty-points', query: 'overwrite=true' });
  await api.call('POST', '/api/v1/tokens/{name}/refresh', { key, name: 'store-locator' });
  const idempotent = { 'Idempotency-Key': crypto.randomUUID() };
  await api.call('DELETE', '/api/v1/tokens/{name}', { key, name, headers: idempotent });
  await api.call('DELETE', '/api/v1/tokens/{name}', { key, name, headers: idempotent });
  const wellDone = [...api.seen].filter((one) => / 20[01]$/.test(one)).map((one) => one.slice(0, -4));
  const all = operationsOf(api.document).map(({ method, path }) => `${method} ${path}`);
  expect(wellDone.sort()).toEqual(all.sort());
});

test('what is refused is refused as described', async ({ desk }) => {
  await desk.control.reset();
  const { api, admin: key, viewer } = await described(desk);
  const open = new Set(['/api/health', '/api/ready']);
  for (const { method, path } of operationsOf(api.document)) {
    if (open.has(path)) continue;
    expect((await api.call(method, path, { name: 'cart-reader' })).status).toBe(401);
    const wrong = { key: 'etd_wrong', name: 'cart-reader' };
    expect((await api.call(method, path, wrong)).status).toBe(401);
  }
  const statusOf = async (...call: Parameters<Described['call']>) => (await api.call(...call)).status;
  const json = (body: unknown, more: Call = {}): Call => ({
    key,
    type: JSON_TYPE,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
  });
  const [tokens, token] = ['/api/v1/tokens', '/api/v1/tokens/{name}'];
  const [patch, inspect] = ['/api/v1/bundles/patch', '/api/v1/bundles/inspect'];
  const file = `${token}/tokens-file`;
  const query = 'token=cart-reader';
  expect(await statusOf('POST', tokens, json(asked('mine'), { key: viewer }))).toBe(403);
  expect(await statusOf('DELETE', token, { key: viewer, name: 'cart-reader' })).toBe(403);
  expect(await statusOf('POST', patch, { key: viewer, type: GZIP, body: bundle, query })).toBe(403);
  expect(await statusOf('GET', token, { key, name: 'nobody-made-this' })).toBe(404);
  expect(await statusOf('GET', tokens, { key, query: 'account=nowhere' })).toBe(404);
  expect(await statusOf('GET', '/api/v1/due', { key, query: 'kind=expiri' })).toBe(422);
  expect(await statusOf('POST', tokens, json(asked('cart-reader')))).toBe(409);
  expect(await statusOf('POST', tokens, json('{'))).toBe(400);
  expect(await statusOf('POST', tokens, json({ ...asked('mine'), more: 1 }))).toBe(422);
  expect(await statusOf('POST', tokens, json(asked('mine'), { type: 'text/plain' }))).toBe(415);
  expect(await statusOf('POST', tokens, json('x'.repeat(70_000)))).toBe(413);
  expect(await statusOf('POST', patch, { key, type: GZIP, body: 'no bundle', query })).toBe(422);
  expect(await statusOf('POST', patch, { key, body: new FormData(), query })).toBe(400);
  expect(await statusOf('POST', inspect, { key, type: GZIP, body: 'no bundle' })).toBe(422);
  const big = new Uint8Array(9 * 1024 * 1024);
  expect(await statusOf('POST', patch, { key, type: GZIP, body: big, query })).toBe(413);
  expect(await statusOf('POST', file, { key, name: 'cart-reader', body: 'if (' })).toBe(422);
  expect(await statusOf('POST', file, { key, name: 'old-login-hints' })).toBe(410);
});

test('failures of Akamai are told as described', async ({ desk }) => {
  await desk.control.reset();
  const { api, admin: key } = await described(desk);
  const token = '/api/v1/tokens/{name}';
  const failing = async (status: number, headers: Record<string, string> = {}) => {
    await desk.control.fault({ times: 20, answer: { status, headers } });
    const answer = await api.call('GET', token, { key, name: 'cart-reader' });
    await desk.control.reset();
    return answer;
  };
  expect((await failing(500)).json).toMatchObject({ status: 502, code: 'akamai-error' });
  const limited = await failing(429, { 'Retry-After': '6' });
  expect(limited.json).toMatchObject({ status: 503, code: 'akamai-rate-limited' });
  // Until then nobody is sent, and then everybody.
  const again = () => api.call('GET', token, { key, name: 'cart-reader' });
  expect((await again()).status).toBe(503);
  await expect.poll(async () => (await again()).status, { timeout: 10_000 }).toBe(200);
});

test('people read the description, whatever their role', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await page.goto('/default/bundles');
  await page.getByRole('link', { name: 'HTTP API' }).click();
  await expect(page.getByRole('heading', { name: 'HTTP API' })).toBeVisible();
  const patch = page.getByRole('article', { name: 'Put tokens into a bundle' });
  await expect(patch).toContainText('Needs the role releaser.');
  await patch.getByText('Answers').click();
  await expect(patch).toContainText('Repr-Digest');
  await patch.getByRole('link', { name: 'Problem' }).first().click();
  await expect(page).toHaveURL(/#shape-Problem$/);
});
