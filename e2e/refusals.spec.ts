// What refusals leave behind: a line that says whose and from where, and no more than the disk can hold.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { ROOT } from '../scripts/steps.mjs';
import { type Desk, databaseOf, expect, openDesk, PASSWORD, test } from './fixtures';
import { startSelfSigned } from './self-signed';

function actionId(name: string): string {
  const text = readFileSync(join(ROOT, '.next', 'server/server-reference-manifest.json'), 'utf8');
  const { node } = JSON.parse(text) as { node: Record<string, { exportedName: string }> };
  const found = Object.entries(node).find(([, { exportedName }]) => exportedName === name);
  if (!found) throw new Error(`the build has no action ${name}`);
  return found[0];
}

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** The lines of a log that are JSON, from character `from` on. */
function linesOf(desk: Desk, from = 0): Record<string, unknown>[] {
  const lines = desk
    .log()
    .slice(from)
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A provider that does not answer: each start of a sign-in there is refused, and so is each way back. */
const SSO = {
  OIDC_ISSUER: 'http://127.0.0.1:9/',
  OIDC_CLIENT_ID: 'token-desk',
  OIDC_CLIENT_SECRET: 'CANARY-SECRET-client',
  OIDC_ROLES: '*=viewer',
};

test('[94] 10,000 refused requests of a guest leave less than 5 MB, and who is refused with a key stays on record', async () => {
  test.setTimeout(300_000);
  const { desk, close } = await openDesk('flood', { people: [], env: { ...SSO, LOG_LEVEL: 'info' } });
  const pool = new Pool(desk.url, { connections: 16 });
  try {
    const form = 'multipart/form-data; boundary=x';
    const field = (name: string, value: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const act = (id: string, email: string) => ({
      path: '/sign-in',
      method: 'POST' as const,
      headers: { 'next-action': id, origin: desk.url, 'content-type': form },
      body: `${field('_1_email', email)}${field('_1_password', PASSWORD)}${field('0', '[{"problem":null,"values":{}},"$K1"]')}--x--\r\n`,
    });
    const get = (path: string, headers: Record<string, string> = {}) => ({
      path,
      method: 'GET' as const,
      headers,
    });
    const signIn = actionId('signInAction');
    const kinds = [
      { count: 500, make: (n: number) => act(signIn, `flood-${n}@example.com`) },
      { count: 500, make: (n: number) => act(String(n).padStart(42, 'a'), '') },
      { count: 2_000, make: () => get('/api/sso/start') },
      { count: 2_000, make: () => get('/api/sso/callback?state=x') },
      { count: 2_500, make: () => get('/api/v1/tokens') },
      { count: 2_500, make: () => get('/api/v1/tokens', { authorization: 'Bearer etd_wrong' }) },
    ];
    const key = await desk.manage(['key', 'create', 'viewing', '--role', 'viewer']);
    const before = { disk: bytesOf(desk.dataDir), log: desk.log().length };
    const refusals = new Set<number>();
    for (const { count, make } of kinds) {
      let next = 0;
      const worker = async () => {
        for (let n = next++; n < count; n = next++) {
          const { statusCode, body } = await pool.request(make(n));
          refusals.add(statusCode);
          await body.dump();
        }
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      const answer = await fetch(`${desk.url}/api/v1/tokens/cart-reader`, {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${key}` },
      });
      expect(answer.status).toBe(403);
    }
    // Actions answer 200 with their refusal inside; the doors of single sign-on lead back with 303.
    expect([...refusals].sort()).toEqual([200, 303, 401, 409]);
    process.kill(desk.pid, 'SIGTERM');
    expect(await desk.ended()).toBe(0);
    const rows = (await desk.manage(['audit', 'export']))
      .split('\n')
      .map((line) => JSON.parse(line) as { actor_name: string; outcome: string; detail: string });
    // The database's own log is begun anew whenever it has 4 MB: what counts is what it leaves.
    const raw = databaseOf(desk);
    raw.pragma('wal_checkpoint(truncate)');
    raw.close();
    const grown = bytesOf(desk.dataDir) - before.disk + desk.log().length - before.log;
    expect(grown).toBeLessThan(5 * 1024 * 1024);
    expect(rows.filter((row) => row.actor_name === 'viewing' && row.outcome === 'forbidden')).toHaveLength(
      kinds.length,
    );
    // Those that were not written one by one are counted.
    const guests = rows.filter(({ actor_name }) => actor_name === 'guest');
    expect(guests.length).toBeLessThan(500);
    const counted = guests.map(({ detail }) => (JSON.parse(detail) as { more?: number }).more ?? 1);
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(4_500);
    expect(await desk.manage(['audit', 'verify'])).toContain('whole');
    const suppressed = linesOf(desk).filter(({ msg }) => msg === 'more of the same were left out');
    expect(suppressed.map(({ kind }) => kind)).toContain('refused');
  } finally {
    await pool.close();
    await close();
  }
});

test('[93] a failed sign-in, a refused act, a refused bundle and a bad certificate of Akamai are logged with request, person, address and code', async ({
  browser,
}) => {
  const akamai = await startSelfSigned();
  const { desk, close } = await openDesk('refusals', {
    people: ['viewer'],
    env: { AKAMAI_ORIGIN: akamai.url, TRUSTED_PROXIES: '1' },
  });
  try {
    const context = await desk.signedIn(browser, 'viewer');
    const address = '192.0.2.7';
    const headers = { 'X-Forwarded-For': address, 'X-Request-Id': 'short', Origin: desk.url };
    /** Everything that the log has of the one request. */
    const logged = async (method: string, path: string, more: { status: number; body?: string | Buffer }) => {
      const answer = await context.request.fetch(`${desk.url}${path}`, {
        method,
        headers,
        ...(more.body === undefined ? {} : { data: more.body }),
      });
      expect(answer.status(), path).toBe(more.status);
      const { 'x-request-id': request } = answer.headers();
      expect(request).toMatch(/^[\da-f-]{36}$/);
      const ofRequest = () => linesOf(desk).filter((line) => line.requestId === request);
      await expect.poll(() => ofRequest().length).toBeGreaterThan(0);
      return ofRequest();
    };
    const who = 'viewer@example.com';
    const refused = (code: string, status: number) =>
      expect.objectContaining({ msg: 'refused', code, status, address, who });

    const revoke = '/api/v1/tokens/cart-reader';
    const act = await logged('DELETE', revoke, { status: 403 });
    expect(act).toContainEqual(refused('forbidden', 403));
    expect(act).toContainEqual(
      expect.objectContaining({ msg: 'audit', action: 'token.revoke', outcome: 'forbidden', address, who }),
    );

    const inspect = '/api/v1/bundles/inspect';
    const bundle = await logged('POST', inspect, { status: 422, body: Buffer.from('no bundle at all') });
    expect(bundle).toContainEqual(refused('bundle-not-gzip', 422));

    const list = '/api/v1/tokens';
    const tls = await logged('GET', list, { status: 502 });
    expect(tls).toContainEqual(refused('akamai-bad-certificate', 502));
    expect(tls).toContainEqual(
      expect.objectContaining({ msg: 'akamai call failed', code: 'akamai-bad-certificate', address, who }),
    );

    const page = await browser.newPage({
      baseURL: desk.url,
      extraHTTPHeaders: { 'X-Forwarded-For': address },
    });
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill('nobody@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('This address and password do not match.')).toBeVisible();
    const failed = linesOf(desk).find(({ target }) => target === 'nobody@example.com');
    expect(failed).toMatchObject({ action: 'session.create', outcome: 'not-signed-in', address });
    expect(linesOf(desk).filter(({ requestId }) => requestId === failed?.requestId)).toContainEqual(
      expect.objectContaining({ msg: 'refused', code: 'not-signed-in', address }),
    );
    await page.close();
    await context.close();
  } finally {
    await close();
    await akamai.close();
  }
});
