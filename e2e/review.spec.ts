// Answers to what is due: tokens reviewed by keyboard alone, dates acknowledged and snoozed with a reason and shown again,
// and the same without JavaScript. On a desk of its own, as what is answered is not on the list of other tests.
import type { Browser, Page } from 'playwright/test';
import { addDays, addMonths, dayAt } from '@/lib/domain/day';
import type { ContextOptions } from '../scripts/desk';
import { type Desk, databaseOf, expect, openDesk, test, watch } from './fixtures';

let desk: Desk;
let close: () => Promise<void>;
const problems: string[] = [];
const today = dayAt(Date.now());

test.beforeAll(async () => {
  ({ desk, close } = await openDesk('review', { people: ['viewer', 'manager'] }));
});
test.afterAll(async () => {
  await close();
  expect(problems).toEqual([]);
});

async function pageFor(
  browser: Browser,
  role: 'viewer' | 'manager',
  options?: ContextOptions,
): Promise<Page> {
  const context = await desk.signedIn(browser, role, options);
  const page = await context.newPage();
  watch(page, problems, []);
  const pending = async () => {
    const answer = (await (await page.request.get('/api/v1/due')).json()) as { detailsPending: number };
    return answer.detailsPending;
  };
  await expect.poll(pending, { timeout: 30_000 }).toBe(0);
  return page;
}

type Item = {
  kind: string;
  day: string;
  answer: { state: string; until: string | null; reason: string | null; by: string } | null;
  note: { reviewBy: string | null };
  token: { name: string; uuid: string; status: string; kind: string };
};

async function itemsOf(page: Page, query = ''): Promise<Item[]> {
  const answer = (await (await page.request.get(`/api/v1/due${query}`)).json()) as { items: Item[] };
  return answer.items;
}

/** What is on record of an action: the tokens, in order. */
function onRecord(action: string): { target: string; detail: string }[] {
  const database = databaseOf(desk);
  try {
    return database
      .prepare("select target, detail from audit where action = ? and phase = 'intent' order by seq")
      .all(action) as { target: string; detail: string }[];
  } finally {
    database.close();
  }
}

const focusedName = (page: Page) =>
  page.evaluate(() => (document.activeElement?.id ? (document.activeElement.textContent ?? '') : ''));

test('20 tokens are reviewed by keyboard alone, the focus going on to the next one', async ({ browser }) => {
  test.setTimeout(60_000);
  const page = await pageFor(browser, 'manager');
  const living = (await itemsOf(page)).filter(({ token }) => token.kind === 'auto-refresh');
  const tokens = [...new Map(living.map(({ token }) => [token.uuid, token])).values()].slice(0, 20);
  expect(tokens).toHaveLength(20);
  const database = databaseOf(desk);
  const put = database.prepare(
    `insert into token_note (account, uuid, name, tags, review_by, updated_at, updated_by)
      values ('default', ?, ?, '[]', ?, 0, 'test')`,
  );
  for (const { uuid, name } of tokens) put.run(uuid, name, addDays(today, -1));
  database.close();

  await page.goto('/default/due?kind=review&window=overdue');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
  const names = await page.getByRole('rowheader').allInnerTexts();
  for (let presses = 0; !(await focusedName(page)).startsWith('Review…'); presses += 1) {
    expect(presses).toBeLessThan(80);
    await page.keyboard.press('Tab');
  }
  for (const [index, name] of names.entries()) {
    await expect.poll(() => focusedName(page)).toBe(`Review… ${name}, Review`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alertdialog', { name })).toBeVisible();
    await expect(page.getByRole('combobox', { name: 'Review it again' })).toBeFocused();
    // Past the step to another day and into the remark; the third one is chosen for longer, with a remark.
    if (index === 2) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    if (index === 2) await page.keyboard.type('still in use');
    await page.keyboard.press('Tab');
    await page.keyboard.press(index % 2 ? 'Enter' : 'Space');
    await expect(page.getByRole('rowheader')).toHaveCount(names.length - index - 1);
  }
  await expect(page.getByText('It was reviewed, and stays.')).toBeVisible();
  const records = onRecord('token.review');
  expect(records.map(({ target }) => target)).toEqual(names);
  const moved = new Map((await itemsOf(page, '?kind=review')).map(({ token, day }) => [token.name, day]));
  for (const [index, name] of names.entries())
    expect(moved.get(name), name).toBe(addMonths(today, index === 2 ? 12 : 6));
  await page.goto(`/default/tokens/${names[2]}`);
  await expect(page.getByText(/^by manager on \d+ \w+ \d{4}: still in use$/)).toBeVisible();
  await page.context().close();
});

test('dates are acknowledged and snoozed with a reason, leave the list, and come back when that is taken back', async ({
  browser,
}) => {
  const page = await pageFor(browser, 'manager');
  const list = '/default/due?kind=expiry&window=30';
  await page.goto(list);
  const all = await page.getByRole('rowheader').allInnerTexts();
  const dialog = page.getByRole('alertdialog');
  const open = (name: string) => page.getByRole('link', { name: `Review… ${name}, Expiry` }).press('Enter');

  await open('legacy-promo');
  await dialog.getByText('Acknowledge…').press('Enter');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('replaced in spring');
  await page.keyboard.press('Enter');
  await expect(page.getByText('It was acknowledged.')).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveCount(all.length - 1);
  await expect(page.getByText('1 is acknowledged, snoozed or kept.')).toBeVisible();
  const after = all[all.indexOf('legacy-promo') + 1] ?? all[all.indexOf('legacy-promo') - 1];
  await expect.poll(() => focusedName(page)).toBe(`Review… ${after}, Expiry`);

  // Given up: the focus is where it was, and nothing was answered.
  await open(all[0] ?? '');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => focusedName(page)).toBe(`Review… ${all[0]}, Expiry`);

  const date = (await itemsOf(page, '?kind=expiry&window=30')).find(({ answer, token }) => {
    return answer === null && token.status !== 'expired';
  });
  const name = date?.token.name ?? '';
  await open(name);
  await dialog.getByText('Snooze…').press('Enter');
  await dialog.getByText('Another day').last().press('Enter');
  await dialog.getByLabel('On', { exact: true }).last().fill(addDays(today, 60));
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('waits for the release');
  await page.keyboard.press('Enter');
  // The browser sends no day beyond the expiry.
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('On', { exact: true }).last().fill('');
  await dialog.getByRole('textbox', { name: 'Reason' }).press('Enter');
  await expect(page.getByText('It was snoozed.')).toBeVisible();
  await expect(page.getByText('2 are acknowledged, snoozed or kept.')).toBeVisible();
  expect(onRecord('due.snooze').map(({ target, detail }) => [target, JSON.parse(detail).reason])).toEqual([
    [name, 'waits for the release'],
  ]);
  const states = (await itemsOf(page, '?answered=yes&kind=expiry')).map(({ token, answer }) => [
    token.name,
    answer?.state,
    answer?.reason,
    answer?.by,
  ]);
  expect(states.sort()).toEqual(
    [
      ['legacy-promo', 'acknowledged', 'replaced in spring', 'manager'],
      [name, 'snoozed', 'waits for the release', 'manager'],
    ].sort(),
  );

  const viewer = await pageFor(browser, 'viewer');
  await viewer.goto(`${list}&act=answer&date=expiry-${date?.token.uuid}`);
  await expect(viewer.getByRole('rowheader')).toHaveCount(all.length - 2);
  await expect(viewer.getByRole('alertdialog')).toHaveCount(0);
  await expect(viewer.getByRole('link', { name: /^Review…/ })).toHaveCount(0);
  await viewer.getByRole('link', { name: 'Show them' }).click();
  await expect(viewer.getByRole('row', { name: /legacy-promo/ })).toContainText(
    /Acknowledged by manager on .*: replaced in spring/,
  );

  await page.getByRole('link', { name: 'Show them' }).click();
  await expect(page).toHaveURL(/answered=yes/);
  await expect(page.getByRole('rowheader')).toHaveCount(2);
  await open('legacy-promo');
  await dialog.getByRole('button', { name: 'Show again' }).press('Enter');
  await expect(page.getByText('It is shown again.')).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveCount(1);
  expect(onRecord('due.show-again').map(({ target }) => target)).toEqual(['legacy-promo']);
  await page.getByRole('link', { name: 'Show what waits' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(all.length - 1);
  await page.context().close();
  await viewer.context().close();
});

test('without JavaScript a date is refused with what was typed, then answered, and the list goes on at its place', async ({
  browser,
}) => {
  const page = await pageFor(browser, 'manager', { javaScriptEnabled: false });
  await page.goto('/default/due?kind=refresh&window=90');
  const all = await page.getByRole('rowheader').allInnerTexts();
  const [first = '', second = ''] = all;
  await page.getByRole('link', { name: `Review… ${first}, Refresh` }).click();
  const dialog = page.getByRole('alertdialog', { name: first });
  await dialog.getByText('Snooze…').click();
  await dialog.getByText('Another day').last().click();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('not this week');
  await dialog
    .getByLabel('On', { exact: true })
    .last()
    .evaluate((field) => field.removeAttribute('max'));
  await dialog.getByLabel('On', { exact: true }).last().fill('2999-01-01');
  await dialog.getByRole('button', { name: 'Snooze' }).click();
  await expect(page.getByText(/^Give a day from /)).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('not this week');
  await dialog.getByLabel('On', { exact: true }).last().fill(addDays(today, 3));
  await dialog.getByRole('button', { name: 'Snooze' }).click();
  await expect(page.getByText('It was snoozed.')).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveCount(all.length - 1);
  await expect(page).toHaveURL(/kind=refresh&window=90&done=snoozed#refresh-/);
  await expect(page.locator(':target')).toHaveText(`Review… ${second}, Refresh`);
  await page.goto('/default/due?kind=refresh&answered=yes');
  await expect(page.getByRole('row', { name: first })).toContainText('not this week');
  await page.context().close();
});
