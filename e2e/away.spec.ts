// Akamai is slow, wants a pause, or is away: pages show what is known, with its age and with what goes on.
import { complaints, slowUpstream } from '../scripts/long/slow-upstream';
import { detailsRead, expect, openDesk, rereadTokens, test, watch } from './fixtures';

test('[116] after a restart with Akamai away every page shows what was last read, with its age and a warning', async ({
  browser,
  problems,
}) => {
  test.setTimeout(90_000);
  const { desk, close } = await openDesk('away', { people: ['viewer'] });
  try {
    const context = await desk.signedIn(browser, 'viewer');
    const page = await context.newPage();
    watch(page, problems, []);
    await page.goto('/default/tokens');
    await detailsRead(page);
    await desk.control.fault({ times: 100_000, drop: 'before' });
    await desk.restart();
    await rereadTokens(page);
    await expect(page.getByRole('rowheader')).toHaveCount(39);
    await expect(page.getByText(/as of \d+ (s|min) ago/)).toBeVisible();
    const warning = page.getByText(/Akamai (does not answer|cannot be reached)\./);
    await expect(warning.first()).toBeVisible();
    await expect(page.getByText('no EdgeKV access token yet')).toHaveCount(0);
    await page.goto('/default/due');
    await expect(page.getByRole('heading', { name: /Next 30 days|30 days/ }).first()).toBeVisible();
    await expect(warning.first()).toBeVisible();
    await page.goto('/default/tokens/loyalty-points');
    await expect(page.getByRole('row', { name: /^cart/ })).toContainText('read and write');
    await expect(warning.first()).toBeVisible();
    // Five failures in a row: from now on nobody waits for it, and a page that is open finds that it is back.
    await rereadTokens(page);
    await expect(page.getByText('Akamai does not answer.').first()).toBeVisible();
    await expect(page.getByRole('timer')).toHaveText(/^\d:\d\d$/);
    await desk.control.clearFaults();
    await expect(warning).toHaveCount(0, { timeout: 30_000 });
    await expect(page.getByRole('rowheader')).toHaveCount(39);
    await context.close();
  } finally {
    await close();
  }
});

test('when Akamai wants a pause, a countdown says how long, with and without JavaScript', async ({
  browser,
  problems,
}) => {
  const { desk, close } = await openDesk('pause', { people: ['viewer'] });
  try {
    const context = await desk.signedIn(browser, 'viewer');
    const page = await context.newPage();
    watch(page, problems, []);
    await page.goto('/default/tokens');
    await detailsRead(page);
    await desk.control.fault({ answer: { status: 429, headers: { 'Retry-After': '12' } } });
    await rereadTokens(page);
    await expect(page.getByText('Akamai asked us to slow down.')).toBeVisible();
    await expect(page.getByRole('timer')).toHaveText(/^0:(0\d|1[0-2])$/);
    const first = await page.getByRole('timer').textContent();
    await expect(page.getByRole('timer')).not.toHaveText(first ?? '');
    await expect(page.getByRole('rowheader')).toHaveCount(39);
    const plain = await desk.signedIn(browser, 'viewer', { javaScriptEnabled: false });
    const page2 = await plain.newPage();
    await page2.goto('/default/due');
    await expect(page2.getByText(/It goes on in 0:\d\d\./)).toBeVisible();
    const asked = (await desk.control.journal()).length;
    await expect(page.getByText('Akamai asked us to slow down.')).toHaveCount(0, { timeout: 20_000 });
    await expect.poll(async () => (await desk.control.journal()).length).toBeGreaterThan(asked);
    await plain.close();
    await context.close();
  } finally {
    await close();
  }
});

test('[39] with Akamai at ten seconds per call pages stay quick, and few calls are under way', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const { desk, close } = await openDesk('slow', { people: ['viewer'] });
  try {
    const context = await desk.signedIn(browser, 'viewer');
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const figures = await slowUpstream(desk, cookie, { users: 20, quickSeconds: 6, slowSeconds: 12 });
    // What the machine itself adds is what it adds with a quick Akamai too.
    expect(complaints(figures, figures.quickMs), JSON.stringify(figures)).toEqual([]);
    await context.close();
  } finally {
    await close();
  }
});
