// Machines: every token job and every bundle job by HTTP with a key.

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { unzipSync } from 'fflate';
import { makeBundle } from '@/simulator/bundle';
import { expect, test } from './fixtures';

function bundle(): Buffer {
  return makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });
}

test('a pipeline does every token job with a key', async ({ desk, pageOf }) => {
  await pageOf('viewer');
  const key = await desk.manage(['key', 'create', `ci-${Date.now()}`, '--role', 'admin']);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${desk.url}/api/v1${path}`, {
      ...init,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(typeof init.body === 'string' ? { 'Content-Type': 'application/json' } : {}),
        ...(init.headers ?? {}),
      },
    });
  const json = async (response: Response) => (await response.json()) as Record<string, unknown>;
  const asked = {
    name: 'by-key',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r'] },
    restrictToEdgeWorkerIds: ['4101'],
  };
  const created = await call('/tokens', { method: 'POST', body: JSON.stringify(asked) });
  expect(created.status).toBe(201);
  expect(await json(created)).toMatchObject({ name: 'by-key', differences: [] });
  expect((await call('/tokens', { method: 'POST', body: JSON.stringify(asked) })).status).toBe(409);
  const wrong = await call('/tokens', {
    method: 'POST',
    body: JSON.stringify({ ...asked, restrictToEwids: [1] }),
  });
  expect(wrong.status).toBe(422);
  expect(wrong.headers.get('content-type')).toBe('application/problem+json');
  const listed = await json(await call('/tokens?includeExpired=true'));
  expect(listed.tokens).toHaveLength(43);
  expect(await json(await call('/tokens/by-key'))).toMatchObject({ name: 'by-key' });
  const before = bundle();
  const patched = await call('/bundles/patch?token=by-key', {
    method: 'POST',
    body: new Uint8Array(before),
    headers: { 'Content-Type': 'application/gzip' },
  });
  expect(patched.status).toBe(200);
  const after = Buffer.from(await patched.arrayBuffer());
  const digest = createHash('sha256').update(after).digest('base64');
  expect(patched.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
  expect(patched.headers.get('bundle-changes')).toBe('add namespace-cart');
  const again = await call('/bundles/patch?token=by-key', { method: 'POST', body: new Uint8Array(before) });
  expect(Buffer.from(await again.arrayBuffer()).equals(after)).toBe(true);
  const form = new FormData();
  form.set('bundle', new Blob([new Uint8Array(after)]), 'shop.tgz');
  const inspected = await json(await call('/bundles/inspect', { method: 'POST', body: form }));
  expect(JSON.stringify(inspected)).toContain('by-key');
  const file = await call('/tokens/by-key/tokens-file', { method: 'POST' });
  expect(await file.text()).toContain('"namespace-cart"');
  expect((await call('/tokens/by-key/refresh', { method: 'POST' })).status).toBe(200);
  expect((await call('/tokens/by-key', { method: 'DELETE' })).status).toBe(200);
  expect((await call('/tokens/by-key')).status).toBe(404);
  const text = await call('/bundles/patch?token=cart-reader', { method: 'POST', body: 'no bundle' });
  expect(text.status).toBe(422);
  expect(text.headers.get('content-type')).toBe('application/problem+json');
});

test('a revoked key, a wrong key and no key are refused', async ({ desk }) => {
  const name = `short-lived-${Date.now()}`;
  const key = await desk.manage(['key', 'create', name, '--role', 'viewer']);
  const status = async (authorization?: string) =>
    (await fetch(`${desk.url}/api/v1/tokens`, { headers: authorization ? { authorization } : {} })).status;
  expect(await status(`Bearer ${key}`)).toBe(200);
  await desk.manage(['key', 'revoke', name]);
  expect(await status(`Bearer ${key}`)).toBe(401);
  expect(await status(`Bearer ${key.slice(0, -1)}x`)).toBe(401);
  expect(await status()).toBe(401);
});

test('several bundles of a form come as one zip, all or none', async ({ desk }) => {
  const key = await desk.manage(['key', 'create', `zip-${Date.now()}`, '--role', 'releaser']);
  const post = (files: Record<string, Buffer>, options: unknown) => {
    const form = new FormData();
    for (const [name, bytes] of Object.entries(files))
      form.append('bundle', new Blob([new Uint8Array(bytes)]), name);
    form.append('options', JSON.stringify(options));
    return fetch(`${desk.url}/api/v1/bundles/patch?token=cart-reader`, {
      method: 'POST',
      body: form,
      headers: { Authorization: `Bearer ${key}` },
    });
  };
  const good = await post({ 'a.tgz': bundle(), 'sub/a.tgz': bundle() }, [{}, { version: '9.9.9' }]);
  expect(good.status).toBe(200);
  expect(good.headers.get('content-type')).toBe('application/zip');
  const bytes = new Uint8Array(await good.arrayBuffer());
  const digest = createHash('sha256').update(bytes).digest('base64');
  expect(good.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
  expect(Object.keys(unzipSync(bytes))).toEqual(['a.tgz', 'a-2.tgz', 'manifest.json']);
  const again = await post({ 'a.tgz': bundle(), 'sub/a.tgz': bundle() }, [{}, { version: '9.9.9' }]);
  expect(Buffer.from(await again.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
  const bad = await post({ 'a.tgz': bundle(), 'broken.tgz': Buffer.from('no') }, []);
  expect(bad.status).toBe(422);
  expect(((await bad.json()) as { title: string }).title).toMatch(/^broken\.tgz: /);
  expect((await post({ 'a.tgz': bundle() }, [{ surprise: 1 }])).status).toBe(400);
});

test('a new version must be free at Akamai, when the EdgeWorker is known', async ({ desk }) => {
  const key = await desk.manage(['key', 'create', `version-${Date.now()}`, '--role', 'releaser']);
  const patch = async (query: string) => {
    const answer = await fetch(`${desk.url}/api/v1/bundles/patch?token=cart-reader&${query}`, {
      method: 'POST',
      body: new Uint8Array(bundle()),
      headers: { Authorization: `Bearer ${key}` },
    });
    return answer.ok ? 'ok' : ((await answer.json()) as { code: string }).code;
  };
  expect(await patch('version=2.3.1&edgeworker=4101')).toBe('version-taken');
  expect(await patch('version=2.3.2&edgeworker=4101')).toBe('ok');
  expect(await patch('version=2.3.1')).toBe('ok');
  expect(await patch('version=a..b')).toBe('invalid-fields');
  expect(await patch('version=2.3.2&edgeworker=99999')).toBe('not-found');
});

test('a file beyond the limits is refused before it is read to the end', async ({ desk }) => {
  const key = await desk.manage(['key', 'create', `large-${Date.now()}`, '--role', 'releaser']);
  const headers = { Authorization: `Bearer ${key}` };
  const url = `${desk.url}/api/v1/bundles/patch?token=cart-reader`;
  const large = new Uint8Array(8 * 1024 * 1024 + 1);
  expect((await fetch(url, { method: 'POST', body: large, headers })).status).toBe(413);
  // Without a length: the body comes in pieces, and only so many are read.
  let pulled = 0;
  const enough = new AbortController();
  const endless = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      // A stream that never waits leaves no moment in which the answer could be seen.
      await setImmediate();
      pulled += 1;
      if (pulled < 1_000) controller.enqueue(new Uint8Array(64 * 1024));
      else controller.close();
    },
  });
  const init = {
    method: 'POST',
    body: endless,
    headers,
    duplex: 'half',
    signal: enough.signal,
  } as RequestInit;
  // The server answers and closes; the client may see the answer or the closed connection.
  const status = await fetch(url, init).then(
    (answer) => answer.status,
    () => 'closed',
  );
  enough.abort();
  expect([413, 'closed']).toContain(status);
  expect(pulled).toBeLessThan(400);
});
