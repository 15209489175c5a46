// `npm run screenshots`: the pictures of the README, taken from the demo's data in both themes.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { findChromium } from './chromium.mjs';
import { openDesk } from './desk';
import { ensureBuild, ROOT } from './steps.mjs';

const FOLDER = join(ROOT, 'docs', 'pictures');
const SIZE = { width: 1280, height: 820 };
const PHONE = { width: 360, height: 760 };

type Shot = { name: string; path: string; before?: (page: Page) => Promise<void> };

const SHOTS: readonly Shot[] = [
  { name: 'tokens', path: '/default/tokens' },
  { name: 'token', path: '/default/tokens/loyalty-points' },
  { name: 'new-token', path: '/default/tokens/new?from=checkout-rw' },
  { name: 'due', path: '/default/due' },
  { name: 'due-month', path: '/default/due?view=month' },
  { name: 'due-charts', path: '/default/due?view=charts' },
  { name: 'edgeworkers', path: '/default/edgeworkers' },
  { name: 'bundles', path: '/default/bundles?token=cart-session-writer' },
];

/** `npm run screenshots -- --phone FOLDER`: the same at 360 px, to be looked at and not kept. */
const isPhone = process.argv.includes('--phone');
const folder = process.argv.slice(2).find((one) => !one.startsWith('--')) ?? FOLDER;

if (!ensureBuild()) process.exit(1);
mkdirSync(folder, { recursive: true });
// It scans what is live right after its start.
const { desk, close } = await openDesk('screenshots', {
  people: ['admin'],
  env: { USAGE_SCAN_HOURS: '24' },
});
const executablePath = findChromium();
const browser = await chromium.launch(executablePath ? { executablePath } : {});
for (const colorScheme of ['light', 'dark'] as const) {
  const context = await desk.signedIn(browser, 'admin', {
    colorScheme,
    viewport: isPhone ? PHONE : SIZE,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto('/default/tokens');
  await page.locator('table[aria-busy="false"]').waitFor();
  await page.goto('/default/edgeworkers');
  await page.getByRole('button', { name: 'Scan now' }).waitFor();
  for (const { name, path, before } of SHOTS) {
    await page.goto(path, { waitUntil: 'networkidle' });
    await before?.(page);
    const file = join(folder, `${name}-${colorScheme}${isPhone ? '-phone' : ''}.png`);
    await page.screenshot({ path: file });
    console.log(file);
  }
  await context.close();
}
await browser.close();
await close();
process.exit(0);
