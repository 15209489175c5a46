// What the index says of the live bundles of an account, in every style that teams have, against the lists made by hand.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { readArchive } from './archive';
import { readBundleFacts } from './bundle-doctor';
import { LIVE_BUNDLES, type LiveBundle, TODAY, TOKENS, tokenOf } from './corpus/usage-bundles';
import type { Token } from './token';
import { goneUses, type UsageIndex, type VersionUsage } from './usage';
import { indexUsage, type ScannedVersion } from './usage-index';

/** One for each EdgeWorker that no other may use, and nobody does: it is unknown only if that EdgeWorker is unclear. */
const OWN: readonly Token[] = LIVE_BUNDLES.map(({ edgeWorker }, index) =>
  tokenOf(`own-${edgeWorker}`, uuidOf(index), 'default:r', null, { edgeWorkers: [edgeWorker] }),
);
const ANYBODYS = tokenOf('anybodys', uuidOf(900), 'default:r');
const NOBODYS = tokenOf('nobodys', uuidOf(901), 'default:r', null, { edgeWorkers: ['9999'] });

function uuidOf(number: number): string {
  return `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
}

async function scannedOf({
  edgeWorker,
  name,
  networks,
  isCombined,
  ...bundle
}: LiveBundle): Promise<ScannedVersion> {
  const packed = packFiles(bundle.files, bundle.prefix).subarray(0, bundle.cutTo ?? undefined);
  const place = { edgeWorker: { id: edgeWorker, name }, version: '1.0.0', networks, isCombined };
  const archive = await readArchive(packed);
  return archive.ok
    ? { ...place, facts: readBundleFacts(archive.value, packed.byteLength), fault: null }
    : { ...place, facts: null, fault: archive.problem.title };
}

let index: UsageIndex;
before(async () => {
  const versions = await Promise.all(LIVE_BUNDLES.map(scannedOf));
  const tokens = [...TOKENS, ...OWN, ANYBODYS, NOBODYS];
  const idle = [{ id: '9999', name: 'nothing-live' }];
  index = indexUsage({ versions, unread: [], idle, isComplete: true }, tokens, TODAY);
});

function versionOf(edgeWorker: string): VersionUsage {
  return index.versions.find((one) => one.edgeWorker.id === edgeWorker) ?? assert.fail(edgeWorker);
}

function usageOf(token: Token | undefined) {
  return index.ofToken.get(token?.uuid ?? '') ?? assert.fail(token?.name);
}

for (const bundle of LIVE_BUNDLES) {
  const { edgeWorker, name, uses, isUnclear, gone } = bundle;
  test(`${name}: the index has the tokens of the list made by hand, and says what it does not know`, () => {
    const found = TOKENS.flatMap((token) =>
      usageOf(token).uses.flatMap((use) =>
        use.edgeWorker.id === edgeWorker ? [[token.name, use.matchedBy] as const] : [],
      ),
    );
    const version = versionOf(edgeWorker);
    const all = JSON.stringify({ uses: version.uses, unclear: version.unclear }, null, 1);
    assert.deepEqual(Object.fromEntries(found), uses, all);
    assert.equal(version.unclear.length > 0, isUnclear, all);
    const own = usageOf(OWN[LIVE_BUNDLES.indexOf(bundle)]);
    assert.equal(own.state, isUnclear ? 'unknown' : 'unused');
    const goneHere = goneUses(index).filter((one) => one.edgeWorker.id === edgeWorker);
    assert.deepEqual(
      goneHere.flatMap(({ entries }) => entries.map(({ key }) => key)),
      gone,
    );
  });
}

test('the state of each token is that of the lists together', () => {
  for (const token of TOKENS) {
    const users = LIVE_BUNDLES.filter(({ uses }) => Object.hasOwn(uses, token.name));
    assert.ok(users.length > 0, `${token.name} is in no list`);
    const usage = usageOf(token);
    assert.equal(usage.state, 'used');
    assert.deepEqual(
      usage.uses.map(({ edgeWorker, networks }) => [edgeWorker.id, networks]),
      users.map(({ edgeWorker, networks }) => [edgeWorker, networks]),
    );
  }
  const unclear = LIVE_BUNDLES.filter((one) => one.isUnclear).map(({ edgeWorker }) => edgeWorker);
  const anybodys = usageOf(ANYBODYS);
  assert.equal(anybodys.state, 'unknown');
  assert.deepEqual(
    anybodys.maybe.map(({ edgeWorker }) => edgeWorker.id),
    unclear,
  );
  assert.ok(
    anybodys.maybe.every(({ why }) => /^[A-Z\w].*\.$/.test(why)),
    JSON.stringify(anybodys.maybe),
  );
  assert.equal(usageOf(NOBODYS).state, 'unused');
});

test('there are thirty bundles, of which some are clear and some are not', () => {
  assert.ok(LIVE_BUNDLES.length >= 30, String(LIVE_BUNDLES.length));
  const unclear = LIVE_BUNDLES.filter((one) => one.isUnclear).length;
  assert.ok(unclear >= 10 && LIVE_BUNDLES.length - unclear >= 20, String(unclear));
});
