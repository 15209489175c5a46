// Uploads that are cut, abandoned, silent, and too many at once leave nothing behind.
import { placesAreFree, storm } from '../scripts/long/uploads';
import { openHandles } from '../scripts/process-figures';
import { expect, test } from './fixtures';

test('after a storm of broken uploads the server is as it was', async ({ desk }) => {
  const key = await desk.manage(['key', 'create', 'storm', '--role', 'releaser']);
  const counts = { cut: 20, left: 20, silent: 5, atOnce: 50 };
  await storm(desk, key, counts);
  await placesAreFree(desk, key);
  const before = openHandles(desk.pid);
  const answers = await storm(desk, key, counts);
  expect((answers.get(200) ?? 0) + (answers.get(503) ?? 0)).toBe(counts.atOnce);
  expect(answers.get(200) ?? 0).toBeGreaterThan(0);
  await placesAreFree(desk, key);
  // Where the system does not tell, both are NaN.
  if (!Number.isNaN(before))
    await expect.poll(() => openHandles(desk.pid), { timeout: 20_000 }).toBeLessThanOrEqual(before + 5);
});
