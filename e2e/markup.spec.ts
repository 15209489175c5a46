// Markup in every text that others write: it is shown as text, and nothing of it runs.
import type { BrowserContext, Page } from 'playwright/test';
import { csvCell } from '@/lib/domain/csv';
import { printTokensFile } from '@/lib/domain/tokens-file';
import { visibleText } from '@/lib/domain/visible-text';
import { packFiles } from '@/simulator/bundle';
import {
  actionId,
  type Desk,
  databaseOf,
  expect,
  openDesk,
  reply,
  rereadTokens,
  test,
  watch,
} from './fixtures';
import { MARKUP } from './markup-corpus';

const TEXTS = MARKUP.map(({ text }) => text);
const UUID = (index: number) => `6e5b2f0a-1c3d-5e4f-8a9b-${String(index).padStart(12, '0')}`;
/** A token whose name is a name, and everything else about it is not. */
const TOKEN = 'cart-reader';
/** Another with so few of them that its sentence names each. */
const SMALL = 'geo-router';
const FEW = TEXTS.slice(-5);
const FOR_EVER = 100_000;

/** Everything that Akamai tells, full of markup. */
async function hostileAkamai({ control }: Desk): Promise<void> {
  const answer = (path: string, body: unknown) =>
    control.fault({
      match: { method: 'GET', path },
      times: FOR_EVER,
      answer: { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
  const dates = { expiry: '9999-12-31', issueDate: '2026-01-01', tokenActivationStatus: 'COMPLETE' };
  const row = { name: TOKEN, uuid: UUID(999), ...dates };
  const small = { name: SMALL, uuid: UUID(998), ...dates };
  await answer('^/edgekv/v1/tokens(\\?.*)?$', {
    tokens: [row, small, ...TEXTS.map((name, index) => ({ name, uuid: UUID(index), ...dates }))],
  });
  await answer(`^/edgekv/v1/tokens/${TOKEN}$`, {
    ...row,
    allowOnStaging: true,
    allowOnProduction: true,
    cpcode: TEXTS[4],
    namespacePermissions: Object.fromEntries(TEXTS.map((name) => [name, ['r']])),
    restrictToEdgeWorkerIds: TEXTS,
  });
  await answer(`^/edgekv/v1/tokens/${SMALL}$`, {
    ...small,
    allowOnStaging: true,
    allowOnProduction: true,
    namespacePermissions: Object.fromEntries(FEW.map((name) => [name, ['r']])),
    restrictToEdgeWorkerIds: FEW.slice(0, 1),
  });
  await answer('/namespaces', {
    namespaces: TEXTS.map((namespace) => ({
      namespace,
      geoLocation: 'US',
      retentionInSeconds: 0,
      groupId: 1,
    })),
  });
  await answer('^/edgeworkers/v1/ids', {
    edgeWorkerIds: TEXTS.map((text, index) => ({
      edgeWorkerId: text,
      name: TEXTS[TEXTS.length - 1 - index],
    })),
  });
}

/** What somebody can read on the page, and what markup of others would have made of it. */
function readPage(page: Page, html: string | null = null) {
  return page.evaluate((text) => {
    const root = text === null ? document : new DOMParser().parseFromString(text, 'text/html');
    const words: string[] = [];
    const walker = root.createTreeWalker(root.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (!parentElement?.closest('script, style')) words.push(textContent ?? '');
    }
    const made = [...root.querySelectorAll('body *')].filter(
      (element) =>
        [...element.attributes].some(
          ({ name, value }) =>
            name.startsWith('on') ||
            (/^(href|src|xlink:href)$/.test(name) && /^\s*(javascript:|data:|\/\/|https:)/i.test(value)),
        ) || element.matches('img, iframe, object, embed, base, math, video, body style, [style*=fixed]'),
    );
    // Pieces of one text, as React draws them, are one text to who reads.
    return {
      title: root.title,
      text: words.join(''),
      made: made.map(({ outerHTML }) => outerHTML.slice(0, 200)),
    };
  }, html);
}

/** Nothing of the corpus became an element, and each of `texts` is shown as it is. */
async function expectShown(page: Page, name: string, texts: readonly string[]): Promise<void> {
  const { text, made } = await readPage(page);
  expect(made, name).toEqual([]);
  const missing = texts.filter((one) => !text.includes(visibleText(one)));
  expect(missing, `${name} does not show`).toEqual([]);
  // Invisible and direction-turning characters are named, wherever they stand.
  const at = [...text].findIndex((one) => one !== '\n' && visibleText(one) !== one);
  expect(at < 0 ? '' : visibleText([...text].slice(Math.max(0, at - 40), at + 40).join('')), name).toBe('');
}

/** Fails on a dialog that a script opened. */
function noDialogs(page: Page, problems: string[]): void {
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Texts together at most as long as what is kept of a text of Akamai. */
function chunks(): string[] {
  const made: string[] = [];
  for (const text of TEXTS) {
    const last = made.at(-1);
    if (last !== undefined && last.length + text.length < 490) made[made.length - 1] = `${last} ${text}`;
    else made.push(text);
  }
  return made;
}

test('the corpus has 40 kinds and more, each once', () => {
  expect(new Set(MARKUP.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(40);
  expect(new Set(TEXTS).size).toBe(MARKUP.length);
});

test('[64] markup in all that Akamai tells is text in tables, editor, dialogs, titles and CSV', async ({
  browser,
  problems,
}) => {
  test.setTimeout(120_000);
  // A desk of its own: it remembers such namespaces and EdgeWorkers for a minute.
  const { desk, close } = await openDesk('markup-akamai', { people: ['admin'] });
  try {
    await checkAkamaisMarkup(desk, await desk.signedIn(browser, 'admin'), problems);
  } finally {
    await close();
  }
});

async function checkAkamaisMarkup(desk: Desk, context: BrowserContext, problems: string[]): Promise<void> {
  const page = await context.newPage();
  watch(page, problems, []);
  noDialogs(page, problems);
  await hostileAkamai(desk);
  await rereadTokens(page);
  // The answer is here; the page is drawn anew a moment later.
  await expect(page.getByRole('table')).toContainText(visibleText(TEXTS[0] ?? ''));
  // A name that Akamai cannot be asked about holds up no other.
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });
  await expectShown(page, 'tokens', TEXTS);
  for (const path of [
    'due',
    `tokens/${TOKEN}`,
    `tokens/${TOKEN}?act=revoke`,
    'tokens/new',
    `tokens/new?from=${TOKEN}`,
    'bundles',
  ]) {
    await page.goto(`/default/${path}`);
    await expectShown(page, path, TEXTS);
  }
  await page.goto(`/default/tokens/${SMALL}`);
  await expectShown(page, SMALL, FEW);
  await expect(page.getByText(/^Can read /)).toContainText(visibleText(FEW.at(-1) ?? ''));
  for (const path of ['tokens/export', 'due/export']) {
    const csv = await page.request.get(`${desk.url}/default/${path}`);
    expect(csv.headers()['content-type']).toMatch(/^text\/csv/);
    expect(csv.headers()['content-disposition']).toMatch(/^attachment/);
    const text = await csv.text();
    expect(
      TEXTS.filter((one) => !text.includes(`${csvCell(one)},`)),
      path,
    ).toEqual([]);
  }
  await context.close();
}

test('[64] markup in an address is text in the page and its title', async ({ pageOf, desk, problems }) => {
  test.setTimeout(120_000);
  const page = await pageOf('admin');
  noDialogs(page, problems);
  const look = async (path: string, shown: string) => {
    const html = await (await page.request.get(`${desk.url}${path}`)).text();
    const { made, text, title } = await readPage(page, html);
    expect(made, path).toEqual([]);
    expect(text, path).toContain(visibleText(shown));
    return title;
  };
  for (const text of [...TEXTS, '100%', '%25']) {
    const written = encodeURIComponent(text);
    expect(await look(`/default/tokens/${written}`, text)).toBe(`${visibleText(text)} · Token Desk`);
    const search = `q=${written}&ns=${written}&ew=${written}&revoked=${written}`;
    await look(`/default/tokens?${search}`, `${text} was revoked.`);
    await look(`/${written}/tokens`, text);
    const csv = await page.request.get(`${desk.url}/${written}/tokens/export`);
    expect(csv.status(), text).toBe(404);
    await look(`/audit?action=${written}&outcome=${written}&q=${written}`, text);
  }
});

test('[64] markup in what Akamai answers to a change or a page is text', async ({
  pageOf,
  desk,
  problems,
  allow,
}) => {
  test.setTimeout(120_000);
  allow(/status of 4/);
  const page = await pageOf('admin');
  noDialogs(page, problems);
  await desk.control.clearJournal();
  for (const detail of chunks()) {
    const body = { type: 'x', title: detail, detail, errorCode: TEXTS[4], requestId: TEXTS[6], status: 403 };
    const refused = {
      times: 1,
      answer: {
        status: 403,
        headers: { 'content-type': 'application/problem+json' },
        body: JSON.stringify(body),
      },
    };
    await desk.control.fault({ match: { method: 'POST', path: '/refresh' }, ...refused });
    await page.goto('/default/tokens/waf-signals?act=refresh');
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await expect(page.getByRole('dialog').or(page.getByRole('alertdialog')).getByRole('alert')).toBeVisible();
    await expectShown(page, 'refused refresh', [detail, TEXTS[6] ?? '']);
    await desk.control.fault({
      match: { method: 'GET', path: '^/edgekv/v1/tokens/geo-router$' },
      ...refused,
    });
    await page.goto('/default/tokens/geo-router');
    await expectShown(page, 'refused page', [detail, TEXTS[4] ?? '', TEXTS[6] ?? '']);
    const [owner = ''] = detail.split(' ');
    await note(page, { owner, purpose: detail });
    await page.goto('/default/tokens/flags-reader');
    await expectShown(page, 'a note', [owner, detail]);
  }
});

test('[64] no markup and no script is the address of a ticket', async ({ pageOf }) => {
  const page = await pageOf('admin');
  for (const ticket of TEXTS)
    expect(await note(page, { ticket }), ticket).toContain('"ticket":["Give an address');
});

/** Notes something about a token; the answer is what the form would show. */
async function note(page: Page, fields: Record<string, string>): Promise<string> {
  const { origin } = new URL(page.url());
  const answer = await page.request.post(`${origin}/default/tokens/flags-reader`, {
    headers: { 'Next-Action': actionId('changeNoteAction'), Origin: origin },
    multipart: reply({ account: 'default', name: 'flags-reader', ...fields }),
    maxRedirects: 0,
  });
  return answer.text();
}

test('[64] markup in names of bundles, and in what bundles hold, is text', async ({
  pageOf,
  problems,
  allow,
}) => {
  test.setTimeout(120_000);
  allow(/status of 4/);
  const page = await pageOf('admin');
  noDialogs(page, problems);
  await page.goto(`/default/bundles?token=${TOKEN}`);
  const field = page.getByLabel('Drop .tgz bundles here, paste or choose them');
  // The names come with the files as a drop would bring them, whatever a disk would allow.
  const names = await field.evaluate((input: HTMLInputElement, texts) => {
    const drop = new DataTransfer();
    for (const text of texts) drop.items.add(new File(['no bundle'], text));
    input.files = drop.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    return [...drop.files].map(({ name }) => name);
  }, TEXTS);
  await expect(page.getByRole('button', { name: /^Remove / })).toHaveCount(TEXTS.length);
  await expect(page.getByText('0 ready')).toBeVisible({ timeout: 60_000 });
  await expectShown(page, 'names of bundles', names);

  await page.goto('/default/bundles');
  const held = TEXTS.map((name, index) => ({ name, namespaces: [name], reference: UUID(index) }));
  const manifest = { 'edgeworker-version': '1.0.0', description: TEXTS[0] };
  const main = 'export function onClientRequest(){}';
  const files = { 'bundle.json': JSON.stringify(manifest), 'main.js': main };
  const whole = packFiles({ ...files, 'edgekv_tokens.js': printTokensFile(held) });
  const odd = TEXTS.filter((text) => text.length < 90).map((text, index) => ({
    name: `odd-${index}.tgz`,
    mimeType: 'application/gzip',
    buffer: packFiles({ ...files, [text]: 'x' }),
  }));
  await field.setInputFiles([{ name: 'held.tgz', mimeType: 'application/gzip', buffer: whole }, ...odd]);
  await expect(page.getByText(/^\d+ ready/)).toBeVisible({ timeout: 60_000 });
  // Longer names are cut.
  await expectShown(
    page,
    'what a bundle holds',
    TEXTS.filter((text) => text.length <= 60),
  );
});

test('[64] markup in addresses of people and in the audit is text', async ({ browser, problems }) => {
  test.setTimeout(180_000);
  // A desk of its own: its database gets people that the forms would refuse, and its door many wrong addresses.
  const { desk, close } = await openDesk('markup', { people: ['admin'] });
  try {
    const context = await desk.signedIn(browser, 'admin');
    const page = await context.newPage();
    watch(page, problems, [/status of 4/]);
    noDialogs(page, problems);
    const database = databaseOf(desk);
    for (const [index, text] of TEXTS.entries()) {
      const made = database.prepare(
        `insert into user (id, name, email, emailVerified, createdAt, updatedAt, role, disabled, scopeNamespaces)
         values (?, ?, ?, 0, ?, ?, 'viewer', 0, ?)`,
      );
      const at = new Date().toISOString();
      made.run(`markup-${index}`, text, text, at, at, JSON.stringify([text]));
    }
    database.close();
    await page.goto('/people');
    await expectShown(page, 'people', TEXTS);
    for (const [index, text] of TEXTS.entries()) {
      const html = await (await page.request.get(`${desk.url}/people/markup-${index}`)).text();
      const { made, text: shown } = await readPage(page, html);
      expect(made, text).toEqual([]);
      expect(shown).toContain(visibleText(`A change signs ${text} out everywhere.`));
      expect(shown).toContain(visibleText(`Type ${text} to confirm`));
    }

    for (const email of TEXTS) {
      const fields = { email, password: 'not the password', next: email };
      const answer = await page.request.post(`${desk.url}/sign-in`, {
        headers: {
          'Next-Action': actionId('signInAction'),
          Origin: desk.url,
          'User-Agent': encodeURI(email),
        },
        multipart: reply(fields),
      });
      expect(answer.status()).toBe(200);
    }
    // An address is kept in small letters.
    const tried = TEXTS.map((text) => text.trim().toLowerCase());
    await page.goto('/audit?action=session.create');
    await expectShown(page, 'audit', tried);
    for (const text of TEXTS.slice(0, 3))
      await page.request.get(`${desk.url}/audit/export?q=${encodeURIComponent(text)}`);
    const csv = await (await page.request.get(`${desk.url}/audit/export?format=csv`)).text();
    expect(tried.filter((one) => !csv.includes(`,${csvCell(one)},`))).toEqual([]);
    await page.goto('/audit?action=audit.export');
    await page
      .getByRole('link', { name: /export/i })
      .last()
      .click();
    await page.waitForURL(/entry=/);
    await expectShown(page, 'an act of the audit', TEXTS.slice(0, 1));
    await context.close();
  } finally {
    await close();
  }
});
