// What operators see of the running server: a line for each request with its id, figures for Prometheus.
import { expect, openDesk, test } from './fixtures';

test('a request has an id, on its answer and on every line of the log about it; never its query', async () => {
  const { desk, close } = await openDesk('operation', { people: [], env: { TRUSTED_PROXIES: '1' } });
  try {
    const key = await desk.manage(['key', 'create', 'operation', '--role', 'viewer']);
    const headers = { Authorization: `Bearer ${key}`, 'X-Request-Id': 'from-the-proxy-1' };
    const refused = await fetch(`${desk.url}/api/v1/tokens/cart-reader?why=secret-in-a-query`, {
      method: 'DELETE',
      headers,
    });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('x-request-id')).toBe('from-the-proxy-1');
    const ready = await fetch(`${desk.url}/sign-in`, { headers: { 'X-Request-Id': 'no good\tone' } });
    expect(ready.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    const lines = () =>
      desk
        .log()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ requestId }) => requestId === 'from-the-proxy-1');
    await expect.poll(() => lines().find(({ msg }) => msg === 'served')).toBeTruthy();
    expect(lines().find(({ msg }) => msg === 'served')).toMatchObject({
      method: 'DELETE',
      path: '/api/v1/tokens/cart-reader',
      status: 403,
    });
    expect(lines().find(({ msg }) => msg === 'audit')).toMatchObject({
      action: 'token.revoke',
      outcome: 'forbidden',
    });
    expect(desk.log()).not.toContain('secret-in-a-query');
  } finally {
    await close();
  }
});

test('the figures count requests, calls and acts, and are for keys only', async ({ desk }) => {
  expect((await fetch(`${desk.url}/api/metrics`)).status).toBe(401);
  const key = await desk.manage(['key', 'create', `figures-${Date.now()}`, '--role', 'viewer']);
  const headers = { Authorization: `Bearer ${key}` };
  const figure = async (name: string) => {
    const answer = await fetch(`${desk.url}/api/metrics`, { headers });
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const refusals = 'token_desk_acts_total{action="token.revoke",outcome="forbidden"}';
  const before = await figure(refusals);
  await fetch(`${desk.url}/api/v1/tokens/cart-reader`, { method: 'DELETE', headers });
  expect(await figure(refusals)).toBe(before + 1);
  expect(await figure('token_desk_doubtful_changes')).toBe(0);
  expect(await figure('process_resident_memory_bytes')).toBeGreaterThan(50_000_000);
  const served = 'token_desk_http_request_seconds_count{kind="api",method="DELETE",status="4xx"}';
  await expect.poll(() => figure(served)).toBeGreaterThan(0);
  await fetch(`${desk.url}/api/v1/tokens`, { headers });
  expect(await figure('token_desk_akamai_call_seconds_count{method="GET",outcome="ok"}')).toBeGreaterThan(0);
});
