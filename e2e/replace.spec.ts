// A token that five EdgeWorkers live on is replaced, through a refused upload and a power cut: at no time does a live
// version hold a token that is revoked, by the simulator's own record of what was live when.
import type { Page } from 'playwright/test';
import { seedAccounts } from '../simulator/accounts';
import { makeBundle } from '../simulator/bundle';
import { overlapsOf } from '../simulator/live-history';
import { signedCall } from '../simulator/signed-get';
import { type Desk, expect, openDesk, test, watch } from './fixtures';

const OLD = 'loyalty-points';
const NEW = `${OLD}-2`;
const USERS = [
  [4102, 'checkout'],
  [4104, 'landing-hero'],
  [4105, 'mini-cart'],
  [4107, 'redirects'],
  [4108, 'promo'],
] as const;
const REFUSED = 4104;
/** In the middle of whose upload the power fails. */
const CUT = 4107;

test('a token in use by five EdgeWorkers is replaced, over a refusal and a kill, and no live version ever lacks one', async ({
  browser,
  problems,
}) => {
  test.setTimeout(120_000);
  const { desk, close } = await openDesk('replace', { people: ['admin'] });
  try {
    await deployOld(desk);
    const page = await (await desk.signedIn(browser, 'admin')).newPage();
    watch(page, problems, []);
    await scan(page);
    await page.goto(`/default/tokens/${OLD}`);
    await expect(page.getByRole('region', { name: 'Used by' })).toContainText(
      '5 EdgeWorkers, 5 on production',
    );

    // What would break is told, and the way round it is taken.
    await page.getByRole('link', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('alertdialog');
    await expect(dialog).toContainText(`${OLD} is used by 5 EdgeWorkers, live on production and staging`);
    for (const [id, name] of USERS)
      await expect(dialog).toContainText(`${id} ${name} 9.0.0 on staging and production`);
    await expect(dialog.getByLabel(`Type ${OLD} to confirm`)).toBeVisible();
    await dialog.getByRole('link', { name: 'Duplicate it first' }).click();
    await expect(page.getByLabel('Name of the token')).toHaveValue(NEW);
    await page.getByRole('button', { name: 'Review and create' }).click();
    await page.getByRole('button', { name: 'Create token' }).click();
    await expect(page.getByRole('heading', { name: NEW })).toBeVisible();

    await page.goto(`/default/tokens/${OLD}?act=revoke`);
    await dialog.getByRole('link', { name: 'Put another token into these versions' }).click();
    await page.getByLabel('Token to put in').selectOption(NEW);
    await page.getByRole('button', { name: 'See what changes' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Put ${NEW} into 5 versions`);

    // One upload is refused; in the middle of another one the power fails.
    const refusal = { type: 'STATIC_VALIDATION_FAILED', message: 'main.js does not load' };
    await desk.control.change({ edgeWorker: { id: REFUSED, refusesUploads: refusal } });
    await desk.control.fault({ match: { method: 'POST', path: `/ids/${CUT}/versions$` }, silent: 'after' });
    await page.getByRole('button', { name: 'Upload 5 new versions' }).click();
    await expect(page.getByRole('heading', { name: `${NEW} into 5 versions` })).toBeVisible();
    await expect.poll(() => uploads(desk, CUT)).toBe(1);
    const deployment = page.url();
    // A page that is open would ask for itself again in the middle of what follows.
    await page.goto('about:blank');
    await desk.kill();
    await desk.restart();
    await page.goto(deployment);
    const item = (id: number) => page.getByRole('listitem').filter({ hasText: String(id) });
    await expect(item(CUT)).toContainText('uploaded', { timeout: 20_000 });
    await expect(item(REFUSED)).toContainText('The code does not load', { timeout: 20_000 });
    await expect(page.getByText(/^4 of 5 uploaded/)).toBeVisible({ timeout: 20_000 });
    await desk.control.change({ edgeWorker: { id: REFUSED, refusesUploads: null } });
    await item(REFUSED).getByRole('button', { name: 'Try again' }).click();

    await page.getByRole('button', { name: 'Activate 5 versions on staging' }).click({ timeout: 20_000 });
    await expect(page.getByText('active', { exact: true })).toHaveCount(5, { timeout: 30_000 });
    await page.getByRole('link', { name: 'Activate 5 versions on production…' }).click();
    const sure = page.getByRole('alertdialog');
    await sure.getByLabel('Note').fill('token replaced');
    await sure.getByLabel('Type production to confirm').fill('production');
    await sure.getByRole('button', { name: 'Activate 5 versions on production' }).click();
    await expect(page.getByText('Every version is active.')).toBeVisible({ timeout: 30_000 });

    await scan(page);
    await page.goto(`/default/tokens/${OLD}`);
    await page.getByRole('link', { name: 'Revoke…' }).click();
    await expect(dialog).toContainText('No live version of any EdgeWorker holds it');
    await expect(dialog.getByLabel(`Type ${OLD} to confirm`)).toHaveCount(0);
    await dialog.getByRole('button', { name: `Revoke ${OLD}` }).click();
    await expect(page).toHaveURL(/\/default\/tokens\?revoked=/);

    const live = await desk.control.live();
    expect(live.revocations.map(({ name }) => name)).toEqual([OLD]);
    expect(overlapsOf(live)).toEqual([]);
    const now = live.spans.filter(
      ({ to, edgeWorkerId }) => to === null && USERS.some(([id]) => id === edgeWorkerId),
    );
    expect(now.map(({ tokens }) => tokens.map(({ name }) => name))).toEqual(Array(10).fill([NEW]));
    // Nothing was sent twice, but for the upload that was refused.
    for (const [id] of USERS) {
      expect(await uploads(desk, id), `uploads of ${id}`).toBe(id === REFUSED ? 2 : 1);
      expect(await posts(desk, `/ids/${id}/activations`), `activations of ${id}`).toBe(2);
    }
  } finally {
    await close();
  }
});

/** Makes versions that hold OLD live, as a team has them. */
async function deployOld(desk: Desk): Promise<void> {
  const token = seedAccounts({ now: Date.now(), empty: false, extraTokens: 0 }).shop.tokens.get(OLD);
  if (!token) throw new Error(`the seed has no ${OLD}`);
  for (const [id, name] of USERS) {
    const bundle = makeBundle({ name, version: '9.0.0', tokens: [token], style: 'usual' });
    const made = await signedCall(desk.simulatorUrl, 'POST', `/edgeworkers/v1/ids/${id}/versions`, bundle);
    expect(made.status, made.bytes.toString()).toBe(201);
    await desk.control.change({ edgeWorker: { id, active: { STAGING: '9.0.0', PRODUCTION: '9.0.0' } } });
  }
  await desk.control.clearJournal();
}

async function scan(page: Page): Promise<void> {
  await page.goto('/default/edgeworkers');
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText(/^Scanned \d+ s ago$/)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'Scan now' })).toBeVisible({ timeout: 20_000 });
}

async function posts(desk: Desk, path: string): Promise<number> {
  const all = await desk.control.journal();
  return all.filter(({ method, target }) => method === 'POST' && target === `/edgeworkers/v1${path}`).length;
}

function uploads(desk: Desk, id: number): Promise<number> {
  return posts(desk, `/ids/${id}/versions`);
}
