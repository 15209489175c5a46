// After all others: no planted secret in any log, static file or recorded answer of the whole run.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/steps.mjs';
import { CANARIES, expect, LOG_FOLDER, test } from './fixtures';

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

test('[15] no secret is in a log of the run', () => {
  const logs = filesIn(LOG_FOLDER);
  const text = logs.map((path) => readFileSync(path, 'utf8')).join('\n');
  // The logs are really there, and the run really said something.
  expect(text).toContain('/setup?secret=');
  expect(text).toMatch(/"level":/);
  for (const canary of [...CANARIES, 'a password for tests only', 'eyJ']) {
    expect(text.includes(canary), canary).toBe(false);
  }
});

test('[15] no secret and no server code is in a static file', () => {
  const files = filesIn(join(ROOT, '.next', 'static'));
  expect(files.length).toBeGreaterThan(5);
  for (const path of files) {
    const text = readFileSync(path, 'utf8');
    for (const forbidden of [...CANARIES, 'client_secret', 'akamai-edgegrid', 'libsql', 'scrypt']) {
      expect(text.includes(forbidden), `${forbidden} in ${path}`).toBe(false);
    }
  }
});

test('[15] every page and RSC payload of the tokens is free of values', async ({ pageOf, desk }) => {
  const page = await pageOf('admin');
  const paths = [
    'tokens?expired=1',
    'tokens/geo-blocklist',
    'tokens/new?from=geo-blocklist',
    'due',
    'bundles',
  ];
  for (const path of paths) {
    for (const headers of [{}, { RSC: '1' }]) {
      const answer = await page.request.get(`${desk.url}/default/${path}`, { headers });
      const text = await answer.text();
      for (const canary of [...CANARIES, 'eyJ'])
        expect(text.includes(canary), `${canary} in ${path}`).toBe(false);
    }
  }
  const api = await page.request.get(`${desk.url}/api/v1/tokens/geo-blocklist`);
  expect(await api.text()).not.toContain('eyJ');
});
