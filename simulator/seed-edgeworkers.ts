// Sixteen EdgeWorkers whose bundles carry the tokens, in every style that teams have.
import { isExpired, type SimAccount, type SimActivation, type SimEdgeWorker, type SimToken } from './account';
import { type BundleStyle, makeBundle } from './bundle';

export type EdgeWorkerRow = [
  id: number,
  name: string,
  staging: string | null,
  production: string | null,
  tokens: string,
  style?: BundleStyle,
];

/** Those of the first account. */
export const EDGEWORKERS: readonly EdgeWorkerRow[] = [
  [4101, 'cart-api', '2.3.1', '2.3.0', 'cart-session-writer checkout-rw'],
  [4102, 'checkout', '5.0.2', '5.0.2', 'checkout-rw stock-levels'],
  [4103, 'product-page', '1.14.0', '1.13.2', 'product-catalog cart-reader', 'inlined'],
  [4104, 'landing-hero', '0.9.4', '0.9.4', 'checkout-rw', 'two-missing'],
  [4105, 'mini-cart', '1.2.0', '1.1.7', 'cart-session-writer', 'modules'],
  [4106, 'pricing', '3.4.0', '3.3.9', 'price-feed-us price-feed-emea', 'twice'],
  [4107, 'redirects', '1.0.12', '1.0.12', 'redirects-reader', 'dot-names'],
  [4108, 'promo', '1.0.9', '1.0.9', 'legacy-promo', 'old-helper'],
  [4109, 'ab-test', '0.4.1', null, 'ab-buckets', 'bare-key'],
  [4110, 'search-suggest', '2.0.0', '1.9.6', 'search-hints', 'lib'],
  [4111, 'store-finder', '1.1.0', '1.1.0', 'store-locator', 'by-hand'],
  [4112, 'geo-router', '4.2.0', '4.2.0', 'geo-router geo-blocklist'],
  [4113, 'bot-signals', '0.7.3', '0.7.3', 'waf-signals-reader', 'own-call'],
  [4114, 'consent', '1.5.1', '1.5.0', 'consent-state'],
  [4115, 'catalog-import', '0.2.0', null, '', 'no-file'],
  [4116, 'storefront', '6.1.0', '6.0.4', '', 'imports-mini-cart'],
];

const HOUR_MS = 3_600_000;

export function seedEdgeWorkers(
  rows: readonly EdgeWorkerRow[],
  tokens: ReadonlyMap<string, SimToken>,
  now: number,
  fillingBytes = 0,
): SimEdgeWorker[] {
  return rows.map(([id, name, staging, production, names, style], row) => {
    const held = names
      .split(' ')
      .map((one) => tokens.get(one))
      .filter((token): token is SimToken => token !== undefined);
    const versions = [...new Set([production, staging])].filter(
      (version): version is string => version !== null,
    );
    return {
      id,
      name,
      groupId: 4284,
      versions: versions.map((version, index) => ({
        version,
        createdTime: new Date(now - (90 - index * 60) * 86_400_000).toISOString().replace(/\.\d+Z/, 'Z'),
        content: makeBundle({ name, version, tokens: held, style: style ?? 'usual', fillingBytes }),
      })),
      deletedVersions: [],
      activations: pastActivations(staging, production, now - (rows.length - row) * HOUR_MS),
      followsDependencies: false,
      failsOn: [],
      refusesUploads: null,
    };
  });
}

/**
 * `count` further EdgeWorkers for benchmarks, after the last of those that there are. Each has two versions of about
 * `bytes`, one active on each network, which carry one or two of the tokens. The same account, the same bytes.
 */
export function bulkEdgeWorkers(
  { edgeWorkers, tokens }: SimAccount,
  { count, bytes }: { count: number; bytes: number },
  now: number,
): SimEdgeWorker[] {
  const first = Math.max(0, ...edgeWorkers.map(({ id }) => id)) + 1;
  const all = [...tokens.values()].filter((token) => !isExpired(token, now));
  const rows = Array.from({ length: count }, (_, index): EdgeWorkerRow => {
    const names = [0, 1 + (index % 3)].map((step) => all[(index + step) % all.length]?.name ?? '');
    return [first + index, `service-${first + index}`, '1.1.0', '1.0.0', names.join(' ')];
  });
  return seedEdgeWorkers(rows, tokens, now, bytes);
}

/** As teams do it: each version goes to staging first, and the newer one has not gone further yet. */
function pastActivations(staging: string | null, production: string | null, now: number): SimActivation[] {
  const steps: [version: string | null, network: SimActivation['network'], daysAgo: number][] = [
    [production, 'STAGING', 89],
    [production, 'PRODUCTION', 88],
    [staging === production ? null : staging, 'STAGING', 29],
  ];
  return steps
    .filter(([version]) => version !== null)
    .map(([version, network, daysAgo], index) => {
      const startedAt = now - daysAgo * 86_400_000;
      const times = { startedAt, endsAt: startedAt + 8 * 60_000 };
      return { id: index + 1, network, version, note: null, ...times, fails: false };
    });
}
