// Damaged archives: the short form of `npm run long -- bundles`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCampaign } from './corpus/archives-campaign';
import { hasGnuTar, hasPython } from './corpus/archives-readers';

test('1,000 damaged archives: none crashes, takes long, or is read differently by others', async (context) => {
  if (!hasGnuTar) context.diagnostic('GNU tar is not installed: nothing is read back by it');
  if (!hasPython) context.diagnostic('Python 3 is not installed: nothing is read back by it');
  const { mutations, accepted, refused, crashes, overTime, differences } = await runCampaign(1_000, 1);
  assert.deepEqual({ crashes, overTime, differences }, { crashes: [], overTime: [], differences: [] });
  assert.equal(mutations, 1_000);
  // A run that refuses or takes nearly all would tell little.
  assert.ok(accepted > 100 && (refused.get('bundle-refused') ?? 0) > 100, `${accepted} accepted`);
});
