// A minute of ordinary work with an upstream that misbehaves. `npm run long -- soak` does the same for two hours.
import { soak } from '../scripts/long/soak';
import { expect, test } from './fixtures';

test('[111] a minute of work of twenty people leaves memory and open files as they were', async () => {
  test.setTimeout(180_000);
  const { requests, revoked, faults, memory, handles } = await soak(1, () => undefined);
  expect(requests).toBeGreaterThan(100);
  expect(revoked).toBeGreaterThan(0);
  expect(faults).toBe(0);
  // Not Linux: no figures.
  if (Number.isNaN(memory.late)) return;
  expect(memory.late - memory.early).toBeLessThan(30);
  expect(handles.late - handles.early).toBeLessThanOrEqual(10);
});
