// Power cuts lose nothing that was acknowledged. `npm run long -- crashes` does the same 200 times.
import { crashes } from '../scripts/long/crashes';
import { expect, openDesk, test } from './fixtures';

test('[97] killed at ten random moments under load, the server is ready again with everything it acknowledged', async () => {
  test.setTimeout(180_000);
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
