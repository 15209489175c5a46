// The doctor over all bundles of the simulator's company: each finding is meant, and ordinary bundles have none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimToken } from '@/simulator/account';
import { seedAccount } from '@/simulator/seed';
import { readArchive } from './archive';
import { examineBundle } from './bundle-doctor';
import { dayAt, parseDay } from './day';
import { orderPermissions } from './permissions';
import type { Token } from './token';

const now = Date.parse('2026-11-25T12:00:00Z');
const account = seedAccount({ now, empty: false, extraTokens: 0 });
const tokens = [...account.tokens.values()].map(toToken);

function toToken(token: SimToken): Token {
  const isLegacy = token.value !== null;
  const activations = { error: 'error', never: 'in-progress', complete: 'complete' } as const;
  return {
    name: token.name,
    uuid: token.uuid,
    expiry: isLegacy ? parseDay(token.expiry) : null,
    issued: parseDay(token.issueDate),
    latestRefresh: null,
    nextRefresh: null,
    activation: isLegacy || typeof token.activation === 'object' ? null : activations[token.activation],
    details: {
      kind: isLegacy ? 'legacy' : 'auto-refresh',
      cpCode: account.cpcode,
      networks: { staging: token.allowOnStaging, production: token.allowOnProduction },
      permissions: new Map(
        Object.entries(token.namespacePermissions).map(([name, held]) => [name, orderPermissions(held)]),
      ),
      edgeWorkers: token.restrictToEdgeWorkerIds ?? 'all',
    },
  };
}

/** By EdgeWorker: the helper's version, and what is found. */
const EXPECTED: Readonly<Record<number, readonly [helper: string | null, ...found: string[]]>> = {
  4101: ['0.6.3', 'error token-failed: checkout-rw could not be activated.'],
  4102: [
    '0.6.3',
    'error token-failed: checkout-rw could not be activated.',
    'info one-network: stock-levels works on production only.',
  ],
  4103: [
    null,
    'warning tokens-inlined: Tokens are written into main.js, as builds do: a patch of a tokens file does not change those. Build the bundle again with the new token.',
    'info one-network: product-catalog works on production only.',
  ],
  4104: [
    '0.6.3',
    'error token-failed: checkout-rw could not be activated.',
    'warning namespace-without-token: main.js uses the namespace promo, for which the bundle has no token.',
    'warning namespace-without-token: main.js uses the namespace loyalty, for which the bundle has no token.',
  ],
  4105: ['0.6.3'],
  4106: [
    '0.6.3',
    'warning duplicate-key: The entry namespace-pricing-emea stands more than once: only the last one counts.',
    'warning token-expiring: price-feed-emea expires on 19 Dec 2026.',
  ],
  4107: [
    '0.6.3',
    'warning dot-prefix: Names begin with ./, which Akamai refuses. They are kept; a patch can write them without (strip-prefix=true).',
  ],
  4108: [
    '0.6.1',
    'warning token-expiring: legacy-promo expires on 5 Dec 2026.',
    'info one-network: legacy-promo works on production only.',
  ],
  4109: [
    '0.6.3',
    'error bare-key: The entry default lacks the prefix namespace-: the helper never reads it.',
  ],
  4110: [
    '0.6.3',
    'warning tokens-file-elsewhere: There is lib/edgekv_tokens.js, which lib/edgekv.js imports. Akamai documents the root as its place.',
  ],
  4111: ['0.6.3', 'info one-network: store-locator works on production only.'],
  4112: [
    '0.6.3',
    'warning token-expiring: geo-blocklist expires on 26 Nov 2026.',
    'info one-network: geo-blocklist works on production only.',
  ],
  4113: [null],
  4114: ['0.6.3'],
  4115: [
    '0.6.3',
    'info no-tokens-file: There is no edgekv_tokens.js, and no token was found in the code.',
    'warning namespace-without-token: main.js uses the namespace default, for which the bundle has no token.',
  ],
  4116: [null, 'info no-tokens-file: There is no edgekv_tokens.js, and no token was found in the code.'],
};

for (const { id, name, versions } of account.edgeWorkers) {
  test(`what the doctor says of the bundles of ${id} ${name}`, async () => {
    for (const { version, content } of versions) {
      const archive = await readArchive(content);
      assert.ok(archive.ok);
      const context = { packedBytes: content.byteLength, tokens, today: dayAt(now), edgeWorker: String(id) };
      const report = examineBundle(archive.value, context);
      assert.equal(report.edgeWorkerVersion, version);
      const found = report.findings.map(({ severity, code, text }) => `${severity} ${code}: ${text}`);
      assert.deepEqual([report.helperVersion, ...found], EXPECTED[id]);
    }
  });
}

test('all styles that people have are there', () => {
  assert.equal(Object.keys(EXPECTED).length, account.edgeWorkers.length);
});
