// The Due page: every date in words, as a month by keyboard, as charts and as files; findings and the rules behind them.
import type { Page } from 'playwright/test';
import { dayAt } from '@/lib/domain/day';
import { expect, openDesk, test, watch } from './fixtures';

const urgentHead = /Fails requests on production/;

/** Opens the page once all details are read, so that it does not move; the server keeps them from then on. */
async function ready(page: Page, path = '/default/due'): Promise<void> {
  const pending = async () => {
    const answer = (await (await page.request.get('/api/v1/due')).json()) as { detailsPending: number };
    return answer.detailsPending;
  };
  await expect.poll(pending, { timeout: 30_000 }).toBe(0);
  await page.goto(path);
}

/** The count that a mark of the ruler shows. */
async function countOf(page: Page, mark: string): Promise<number> {
  const text = await page
    .getByRole('navigation', { name: 'Window' })
    .getByRole('link', { name: mark })
    .textContent();
  return Number(/\d+/.exec(text ?? '')?.[0]);
}

test('what can fail requests comes first, every date is in words, and each is there once', async ({
  pageOf,
}) => {
  const page = await pageOf('viewer');
  await ready(page);
  const urgent = page.getByRole('region', { name: urgentHead });
  const [first, ...names] = await urgent.getByRole('rowheader').allInnerTexts();
  expect(first).toBe('spring-sale-2026');
  expect(names).toContain('geo-blocklist');
  await expect(urgent.getByRole('row', { name: /geo-blocklist/ })).toContainText(
    /expires tomorrow, allowed on production, no owner/i,
  );
  await expect(urgent.getByRole('row', { name: /checkout-rw/ })).toContainText(
    /activation failed 3 days ago/i,
  );
  const overdue = page.getByRole('region', { name: /Overdue/ });
  await expect(overdue.getByRole('row', { name: /catalog-preview/ })).toContainText(
    /refresh overdue by 2 days, on staging only/i,
  );
  const all = await countOf(page, 'all');
  await expect(page.getByRole('rowheader')).toHaveCount(all);
  await urgent.getByRole('link', { name: 'geo-blocklist' }).click();
  await expect(page.getByRole('heading', { name: 'geo-blocklist' })).toBeVisible();
  const findings = page.getByRole('region', { name: 'Findings' });
  await expect(findings.getByRole('listitem').filter({ hasText: 'Legacy (JWT)' })).toBeVisible();
});

test('filters stand in the URL, count what they leave, and work without JavaScript', async ({ pageOf }) => {
  const page = await pageOf('viewer', { javaScriptEnabled: false });
  await ready(page);
  await page.getByRole('checkbox', { name: 'Expiry' }).check();
  await page.getByLabel('Finding').selectOption({ label: await labelOf(page, 'Legacy (JWT)') });
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/kind=expiry/);
  await expect(page).toHaveURL(/finding=legacy/);
  const within30 = await countOf(page, 'within 30 days');
  await page.getByRole('link', { name: 'within 30 days' }).click();
  await expect(page).toHaveURL(/kind=expiry&window=30&finding=legacy/);
  await expect(page.getByRole('rowheader')).toHaveCount(within30);
  for (const row of await page
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader') })
    .all())
    await expect(row).toContainText(/expires/i);
  await page.getByRole('link', { name: 'Month' }).click();
  await expect(page).toHaveURL(/view=month&kind=expiry&window=30&finding=legacy/);
  await page.getByRole('link', { name: 'Next month' }).click();
  await expect(page).toHaveURL(/view=month&month=\d{4}-\d\d&kind=expiry/);
  await page.getByRole('link', { name: /^15 \w+, / }).click();
  await expect(page).toHaveURL(/day=\d{4}-\d\d-15/);
  await expect(page.getByText(/on 15 \w+ \d{4}\./)).toBeVisible();
  await page.getByRole('link', { name: 'List' }).click();
  await page.getByRole('link', { name: 'Clear the filters' }).click();
  await expect(page).toHaveURL(/\/default\/due$/);
});

/** The option of the select of findings that begins with `words`: a count follows. */
async function labelOf(page: Page, words: string): Promise<string> {
  const labels = await page.getByLabel('Finding').locator('option').allInnerTexts();
  return labels.find((label) => label.startsWith(words)) ?? '';
}

test('the month is walked by keyboard as the ARIA date grid has it, and a day shows its list', async ({
  pageOf,
}) => {
  const page = await pageOf('viewer');
  await ready(page, '/default/due?view=month&month=2026-12');
  const grid = page.getByRole('grid', { name: 'December 2026' });
  await expect(grid).toBeVisible();
  const iconless = await watchIcon(page);
  const focused = page.locator('[data-day]:focus');
  const press = async (key: string, day: string) => {
    await page.keyboard.press(key);
    await expect(focused).toHaveAttribute('data-day', day);
  };
  // One day is in the tab order, and no more.
  await expect(grid.locator('[data-day][tabindex="0"]')).toHaveCount(1);
  await grid.locator('[data-day="2026-12-03"]').focus();
  await press('ArrowRight', '2026-12-04');
  await press('ArrowDown', '2026-12-11');
  await press('Home', '2026-12-07');
  await press('End', '2026-12-13');
  await press('ArrowUp', '2026-12-06');
  await press('ArrowLeft', '2026-12-05');
  await press('PageDown', '2027-01-05');
  await expect(page).toHaveURL(/month=2027-01/);
  await press('Shift+PageUp', '2026-01-05');
  await press('Shift+PageDown', '2027-01-05');
  await press('PageUp', '2026-12-05');
  await press('Home', '2026-11-30');
  await expect(page.getByRole('grid', { name: 'November 2026' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(focused).toHaveCount(0);
  // A day with dates, in the month of today: its button says them, Space and Enter show their list.
  await ready(page, '/default/due?view=month');
  const day = await page.evaluate(() => document.querySelector<HTMLElement>('[data-due]')?.dataset.day ?? '');
  await page.locator(`[data-day="${day}"]`).focus();
  const button = page.getByRole('button', { name: new RegExp(`^${Number(day.slice(8))} November, [1-9]`) });
  await expect(button).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page).toHaveURL(new RegExp(`day=${day}`));
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  const told = Number(/, (\d+)/.exec((await button.getAttribute('aria-label')) ?? '')?.[1]);
  expect(await page.getByRole('rowheader').count()).toBeGreaterThanOrEqual(told);
  await page.keyboard.press('Enter');
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  expect(await iconless()).toBe(0);
});

/** Counts changes of the head that leave it without an icon: the browser then asks for /favicon.ico. */
async function watchIcon(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    new MutationObserver(() => {
      const { dataset } = document.documentElement;
      if (!document.querySelector('link[rel="icon"]'))
        dataset.iconless = String(Number(dataset.iconless ?? 0) + 1);
    }).observe(document.head, { childList: true });
  });
  return () => page.evaluate(() => Number(document.documentElement.dataset.iconless ?? 0));
}

test('the charts have their figures as tables', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await ready(page, '/default/due?view=charts&window=90');
  const weeks = page.getByRole('region', { name: /What falls due per week/ });
  const said = await weeks.getByRole('img').getAttribute('aria-label');
  const total = Number(/^(\d+) dates/.exec(said ?? '')?.[1]);
  expect(total).toBeGreaterThan(20);
  await weeks.getByText('As a table').click();
  const cells = await weeks.getByRole('cell').allInnerTexts();
  expect(cells.map(Number).reduce((sum, one) => sum + one, 0)).toBe(total);
  const ages = page.getByRole('region', { name: 'Age of tokens' });
  await ages.getByText('As a table').click();
  await expect(ages.getByRole('row', { name: /less than 30 days/i })).toBeVisible();
});

test('the files and the HTTP API have what the filters leave', async ({ pageOf, desk }) => {
  const page = await pageOf('viewer');
  await ready(page, '/default/due?kind=expiry,refresh&window=30&owner=none');
  const shown = await page.getByRole('rowheader').allInnerTexts();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  const text = (await (await (await download).createReadStream()).toArray()).join('');
  const lines = text.split('\r\n').filter(Boolean);
  expect(lines).toHaveLength(shown.length + 1);
  expect(lines.find((line) => line.includes('geo-blocklist'))).toMatch(
    /^expiry,\d{4}-\d\d-\d\d,1,,7,"expires tomorrow/,
  );
  const href = (await page.getByRole('link', { name: 'JSON' }).getAttribute('href')) ?? '';
  const file = (await (await page.request.get(href)).json()) as {
    today: string;
    items: { token: { name: string } }[];
  };
  const namesOf = ({ items }: typeof file) => items.map(({ token }) => token.name);
  expect(namesOf(file)).toEqual(shown);
  expect(file.today).toBe(dayAt(Date.now()));
  const key = await desk.manage(['key', 'create', `due-${Date.now()}`, '--role', 'viewer']);
  const response = await fetch(`${desk.url}/api/v1/due?kind=expiry,refresh&window=30&owner=none`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  expect(namesOf((await response.json()) as typeof file)).toEqual(shown);
});

test('an admin sees what rules would find before they are saved, without JavaScript; then they hold', async ({
  pageOf,
}) => {
  const page = await pageOf('admin', { javaScriptEnabled: false });
  await ready(page);
  await page
    .getByRole('navigation', { name: 'Administration' })
    .getByRole('link', { name: 'Settings' })
    .click();
  const tab = page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Findings' });
  await tab.click();
  await expect(tab).toHaveAttribute('aria-current', 'page');
  const rule = (name: RegExp) => page.getByRole('row', { name });
  await expect(rule(/Not refreshed for long/)).toContainText('finds 0');
  await page.getByRole('textbox', { name: 'Days' }).fill('zero');
  await page.getByRole('button', { name: 'See what they would find' }).click();
  await expect(page.getByText('Give a whole number of days')).toBeVisible();
  await page.getByRole('textbox', { name: 'Days' }).fill('100');
  await page.getByRole('checkbox', { name: /No owner/ }).uncheck();
  await page.getByRole('button', { name: 'See what they would find' }).click();
  await expect(rule(/Not refreshed for long/)).toContainText(/finds [1-9]/);
  await expect(rule(/No owner/)).toContainText(/would find [1-9]/);
  await expect(page.getByRole('heading', { name: 'Not saved yet' })).toBeVisible();
  const before = await (await page.request.get('/api/v1/due?finding=old')).json();
  expect(before).toMatchObject({ items: [] });
  await page.getByRole('button', { name: 'Save these rules' }).click();
  await expect(page.getByText('The rules were saved.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Days' })).toHaveValue('100');
  await expect(page.getByRole('checkbox', { name: /No owner/ })).not.toBeChecked();
  await page.goto('/default/due?finding=old&kind=age');
  await expect(page.getByRole('row', { name: /geo-blocklist/ })).toContainText(/too old for \d+ days/i);
  await page.goto('/default/tokens/geo-blocklist');
  await expect(page.getByText(/days since its issue/)).toBeVisible();
  await expect(page.getByText('Note who can be asked.')).toHaveCount(0);
  // As they were: other tests of this worker use the same server.
  await page.goto('/settings/findings');
  await page.getByRole('textbox', { name: 'Days' }).fill('180');
  await page.getByRole('checkbox', { name: /No owner/ }).check();
  await page.getByRole('button', { name: 'See what they would find' }).click();
  await page.getByRole('button', { name: 'Save these rules' }).click();
  await expect(page.getByText('The rules were saved.')).toBeVisible();
});

test('after a scan the words, the order and the findings go by what live versions use, and gone tokens are told', async ({
  browser,
  problems,
}) => {
  const env = { USAGE_SCAN_HOURS: '24', AKAMAI_RATE: '100' };
  const { desk, close } = await openDesk('due-usage', { people: ['viewer'], env });
  try {
    const page = await (await desk.signedIn(browser, 'viewer')).newPage();
    watch(page, problems, []);
    type Answer = { detailsPending: number; items: { words: string; token: { name: string } }[] };
    const due = async () => (await (await page.request.get('/api/v1/due')).json()) as Answer;
    const wordsOf = async (name: string) => {
      const { detailsPending, items } = await due();
      return detailsPending > 0 ? '' : items.find(({ token }) => token.name === name)?.words;
    };
    // The scan began by itself.
    await expect.poll(() => wordsOf('holiday-countdown'), { timeout: 30_000 }).toContain('unused');
    await page.goto('/default/due');
    const urgent = page.getByRole('region', { name: urgentHead });
    await expect(urgent.getByRole('row', { name: /geo-blocklist/ })).toContainText(
      /expires tomorrow, used by 1 on production, no owner/i,
    );
    await expect(urgent.getByRole('row', { name: /holiday-countdown/ })).toHaveCount(0);
    const unused = page
      .getByRole('region', { name: /Within 7 days/ })
      .getByRole('row', { name: /holiday-c/ });
    await expect(unused).toContainText(/expires in 6 days, unused, no owner/i);
    await expect(unused).toContainText('Legacy (JWT)');
    await page.goto('/default/due?finding=unused');
    await expect(page.getByRole('rowheader', { name: 'qa-scratch' })).toBeVisible();
    await expect(page.getByRole('rowheader', { name: 'geo-blocklist' })).toHaveCount(0);
    await expect(page.getByRole('region', { name: /get 401 now/ })).toHaveCount(0);

    const key = await desk.manage(['key', 'create', 'revoke', '--role', 'admin']);
    const revoked = await fetch(`${desk.url}/api/v1/tokens/redirects-reader?confirm=redirects-reader`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(revoked.status).toBe(200);
    for (const path of ['/default/due', '/due']) {
      await page.goto(path);
      const gone = page.getByRole('region', { name: '1 live version holds a token that is gone' });
      await expect(gone.getByRole('listitem')).toHaveText(
        'redirects (4107) 1.0.12 on staging and production: redirects-reader for namespace-redirects',
      );
      await expect(gone.getByRole('link')).toHaveAttribute('href', '/default/edgeworkers');
    }
    // Nothing of the page may still be loading when its server goes.
    await page.context().close();
  } finally {
    await close();
  }
});
