// Browser tests: the production build in a real Chromium against the simulator. `npm test` finds the Chromium.
import { defineConfig } from 'playwright/test';
import { findChromium } from './scripts/chromium.mjs';

const executablePath = findChromium();

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/browser',
  fullyParallel: false,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium's own calls to the outside, which have nothing to do with the product.
      args: ['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
    // What was done and asked for, and how the page stood in the end. Pictures and copies of the page at each step would
    // take a third as long again; `--trace on` has them.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false, sources: false },
    screenshot: 'only-on-failure',
    viewport: { width: 1280, height: 900 },
  },
  projects: [
    { name: 'desk', testIgnore: /canary\.spec\.ts/ },
    { name: 'canary', testMatch: /canary\.spec\.ts/, dependencies: ['desk'] },
  ],
});
