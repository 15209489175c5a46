// Requests that no page of ours makes: to actions, to guarded paths under other spellings, in React's own encoding.
import { actionId, expect, openDesk, PASSWORD, reply, test } from './fixtures';

test('[2] an action of a guarded page is refused on every path without a session', async ({ desk }) => {
  await desk.control.reset();
  const id = actionId('revokeAction');
  const fields = {
    account: 'default',
    name: 'qa-scratch',
    typed: 'qa-scratch',
    attempt: crypto.randomUUID(),
  };
  for (const path of ['/', '/sign-in', '/setup', '/_not-found', '/nowhere', '/default/tokens/qa-scratch']) {
    const answer = await fetch(`${desk.url}${path}`, {
      method: 'POST',
      headers: { 'Next-Action': id, Origin: desk.url },
      body: reply(fields),
      redirect: 'manual',
    });
    await answer.arrayBuffer();
  }
  expect((await desk.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('[5] fields that nobody asked for change nothing', async ({ desk, browser }) => {
  const email = `extra-${Date.now()}@example.com`;
  await desk.manage(['people', 'add', email, '--role', 'viewer'], PASSWORD);
  const context = await browser.newContext({ baseURL: desk.url });
  const page = await context.newPage();
  await page.goto('/sign-in?next=/you');
  for (const [name, value] of [
    ['role', 'admin'],
    ['disabled', '0'],
    ['id', 'another'],
    ['scopeNamespaces', ''],
  ]) {
    await page.evaluate(
      ([field, text]) => {
        const input = document.createElement('input');
        Object.assign(input, { type: 'hidden', name: field, value: text });
        document.querySelector('form')?.append(input);
      },
      [name, value],
    );
  }
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: email })).toBeVisible();
  const own = { currentPassword: PASSWORD, nextPassword: 'another password for tests', role: 'admin' };
  await context.request.post(`${desk.url}/you`, {
    headers: { 'Next-Action': actionId('changePasswordAction'), Origin: desk.url },
    multipart: reply(own),
    maxRedirects: 0,
  });
  expect(await desk.manage(['people', 'list'])).toContain(`${email}\tviewer\n`);
  await context.close();
});

test('[10] no spelling of a guarded path tells a guest anything', async ({ desk }) => {
  const words = ['loyalty-points', 'viewer@example.com', 'Permissions'];
  const paths = [
    '/default/tokens',
    '/default/tokens.rsc',
    '/default/tokens/',
    '//default/tokens',
    '/default//tokens',
    '/default%2ftokens',
    '/%64efault/tokens',
    '/DEFAULT/tokens',
    '/default/tokens.segments/_tree.segment.rsc',
    '/_next/data/build/default/tokens.json',
    '/default/tokens?_rsc=1',
    '/./default/tokens',
    '/people',
    '/people.rsc',
  ];
  const heads: readonly Record<string, string>[] = [
    {},
    { RSC: '1' },
    { RSC: '1', 'Next-Router-Prefetch': '1' },
    { RSC: '1', 'Next-Router-Segment-Prefetch': '/_tree' },
    { 'x-middleware-subrequest': 'proxy' },
    { 'x-middleware-subrequest': 'src/proxy' },
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
    { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    {
      'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware',
    },
    { 'x-inner-request': '1' },
    { 'x-matched-path': '/default/tokens' },
    { 'x-rewrite-url': '/default/tokens', 'x-original-url': '/default/tokens' },
  ];
  for (const path of paths) {
    for (const headers of heads) {
      const answer = await fetch(`${desk.url}${path}`, { headers, redirect: 'manual' });
      const body = await answer.text();
      for (const word of words)
        expect(body.includes(word), `${word} in ${path} with ${JSON.stringify(headers)}`).toBe(false);
    }
  }
});

test('[18] 200 malformed replies in the encoding of React: the server stays, and each is answered', async ({
  desk,
}) => {
  test.setTimeout(120_000);
  const id = actionId('signInAction');
  const bodies = malformed();
  expect(bodies.length).toBeGreaterThanOrEqual(200);
  for (const [index, parts] of bodies.entries()) {
    const form = new FormData();
    for (const [name, value] of parts) form.append(name, value);
    const started = performance.now();
    const answer = await fetch(`${desk.url}/sign-in`, {
      method: 'POST',
      headers: { 'Next-Action': id, Origin: desk.url },
      body: form,
      redirect: 'manual',
    });
    await answer.arrayBuffer();
    expect(performance.now() - started, `body ${index}`).toBeLessThan(5_000);
  }
  expect((await fetch(`${desk.url}/api/ready`)).status).toBe(200);
  expect(() => process.kill(desk.pid, 0)).not.toThrow();
});

type Parts = readonly (readonly [string, string])[];

/** References to prototypes and constructors, to themselves, to what is missing, too deep, too many, of wrong types. */
function malformed(): Parts[] {
  const paths = [
    '__proto__',
    'constructor',
    'prototype',
    '__proto__:then',
    'constructor:constructor',
    'then',
    'toString',
  ];
  const marks = [
    '$',
    '$1:',
    '$1:a:',
    '$K1:',
    '$Q1:',
    '$W1:',
    '$F1:',
    '$T1:',
    '$@1:',
    '$L1:',
    '$B1:',
    '$i1:',
    '$n',
    '$D',
    '$S',
    '$h',
    '$R1:',
    '$r1:',
  ];
  const byPath = marks.flatMap((mark) =>
    paths.map(
      (path): Parts => [
        ['1', `{"a":{"then":"${mark}${path}"},"then":"$1:${path}"}`],
        ['0', JSON.stringify([`${mark}${path}`, '$1'])],
      ],
    ),
  );
  const texts = [
    '',
    '[',
    'null',
    '[]',
    '{}',
    '"$0"',
    '["$0"]',
    '["$0","$0"]',
    '["$1","$K9"]',
    '[1e999]',
    '["$undefined"]',
  ];
  const plain = texts.map((text): Parts => [['0', text]]);
  const typed = [null, true, 1, 'x', [], {}, [[]], { length: -1 }, { __proto__: { x: 1 } }].flatMap(
    (state) => [
      [['0', JSON.stringify([state, '$K1'])]] as Parts,
      [['0', JSON.stringify([state, state])]] as Parts,
      [['0', JSON.stringify([{ problem: state, values: state }, '$K1'])]] as Parts,
      [['0', JSON.stringify(Array.from({ length: 50 }, () => state))]] as Parts,
    ],
  );
  const chunk =
    '{"status":"resolved_model","reason":-1,"then":"$1:__proto__:then","value":"{\\"then\\":\\"$B0\\"}"}';
  const gadgets = ['$1:constructor:constructor', '$1:__proto__:constructor', '$B1', '$@1'].map(
    (get): Parts => [
      ['1', chunk],
      ['2', JSON.stringify({ _response: { _prefix: 'process.exit(1);//', _formData: { get } } })],
      ['0', JSON.stringify(['$@1', '$2'])],
    ],
  );
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const many = Array.from({ length: 10_000 }, (_, index) => `$${index + 1}`);
  const huge: Parts[] = [
    [['0', deep]],
    [['0', JSON.stringify(many)]],
    [
      ['1', JSON.stringify('$2')],
      ['2', JSON.stringify('$1')],
      ['0', JSON.stringify(['$1', '$2'])],
    ],
    [['0', JSON.stringify(['x'.repeat(500_000), '$K1'])]],
  ];
  return [...byPath, ...plain, ...typed, ...gadgets, ...huge].concat(
    Array.from(
      { length: 40 },
      (_, index): Parts => [
        [String(index), JSON.stringify([`$${index}`, `$K${index}`])],
        ['0', JSON.stringify([`$${index}:a:b`, `$K${index}`])],
      ],
    ),
  );
}

test('[19] 1,000 unknown actions disturb nobody', async ({ desk }) => {
  test.setTimeout(120_000);
  const key = await desk.manage(['key', 'create', `calm-${Date.now()}`, '--role', 'viewer']);
  const headers = { Authorization: `Bearer ${key}` };
  const times: number[] = [];
  let isOver = false;
  const user = (async () => {
    while (!isOver) {
      const started = performance.now();
      const answer = await fetch(`${desk.url}/api/v1/tokens`, { headers });
      await answer.arrayBuffer();
      expect(answer.status).toBe(200);
      times.push(performance.now() - started);
    }
  })();
  const statuses = new Set<number>();
  for (let round = 0; round < 100; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        fetch(`${desk.url}/sign-in`, {
          method: 'POST',
          headers: {
            'Next-Action': crypto.randomUUID().replaceAll('-', '').padEnd(42, '0'),
            Origin: desk.url,
          },
          body: reply({}),
          redirect: 'manual',
        }),
      ),
    );
    for (const answer of answers) {
      statuses.add(answer.status);
      await answer.arrayBuffer();
    }
  }
  isOver = true;
  await user;
  expect([...statuses].every((status) => status >= 400 && status < 500)).toBe(true);
  const sorted = times.sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length * 0.99)] ?? 0).toBeLessThan(2_000);
});

test('[72] over https the cookie is Secure with its prefix, and HSTS is sent', async () => {
  const { desk, close } = await openDesk('https', {
    people: ['viewer'],
    env: { PUBLIC_URL: 'https://desk.example.com' },
  });
  try {
    const page = await fetch(`${desk.url}/sign-in`);
    expect(page.headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
    const answer = await fetch(`${desk.url}/sign-in`, {
      method: 'POST',
      headers: { 'Next-Action': actionId('signInAction'), Origin: 'https://desk.example.com' },
      body: reply({ email: 'viewer@example.com', password: PASSWORD, next: '/' }),
      redirect: 'manual',
    });
    await answer.arrayBuffer();
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^__Secure-better-auth\.session_token=/);
    for (const attribute of ['; Secure', '; HttpOnly', '; SameSite=lax', '; Path=/'])
      expect(cookie.toLowerCase()).toContain(attribute.toLowerCase());
    const { value } = /=(?<value>[^;]+)/.exec(cookie)?.groups ?? {};
    expect(decodeURIComponent(value ?? '').split('.')[0]?.length).toBeGreaterThanOrEqual(32);
  } finally {
    await close();
  }
});
