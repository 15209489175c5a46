// Power cuts lose nothing that was acknowledged, and leave nothing half done. `npm run long -- crashes` does the same many
// times.
import { crashSteps, STEPS_DESK } from '../scripts/long/crash-steps';
import { crashes } from '../scripts/long/crashes';
import { expect, openDesk, test } from './fixtures';

test('[97] killed at ten random moments under load, the server is ready again with everything it acknowledged', async () => {
  test.setTimeout(300_000);
  const { desk, close } = await openDesk('crashes', { people: [] });
  try {
    const { acknowledged, points } = await crashes(desk, 10, () => undefined);
    expect(points).toBe(10);
    expect(acknowledged).toBeGreaterThan(10);
    expect(desk.log()).not.toContain('unhandled rejection');
  } finally {
    await close();
  }
});

test('[98] killed at each step of creating, refreshing, revoking and patching: before, after, or told as unknown', async () => {
  test.setTimeout(300_000);
  const { desk, close } = await openDesk('steps', STEPS_DESK);
  try {
    expect(await crashSteps(desk, 0)).toBe(16);
    expect(desk.log()).not.toContain('unhandled rejection');
  } finally {
    await close();
  }
});
