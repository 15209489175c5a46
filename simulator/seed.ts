// A believable company: an online retailer's tokens, namespaces and EdgeWorkers, dated relative to today.
import {
  dayFrom,
  NEVER_EXPIRES,
  nothingYet,
  refreshDayAfter,
  type SimAccount,
  type SimNamespace,
  type SimToken,
  uuidOf,
} from './account';
import { legacyValue } from './jwt';
import { EDGEWORKERS, seedEdgeWorkers } from './seed-edgeworkers';

const CPCODE = '1377366';
const DAY_MS = 86_400_000;

/** One auto-refresh token: name, networks, permissions, EdgeWorkers, days since issue, days since refresh, state. */
export type Auto = [
  name: string,
  networks: 'S' | 'P' | 'SP',
  permissions: string,
  edgeWorkers: string | 'all',
  issuedAgo: number,
  refreshedAgo: number | null,
  state?: 'error' | 'never' | 'overdue' | 'omits',
];

const AUTO: readonly Auto[] = [
  ['checkout-rw', 'SP', 'cart+rwd,default+r', '4101,4102,4103,4104', 95, 3, 'error'],
  ['checkout-rw-2', 'S', 'cart+rw,default+r', '4101,4102,4103,4104', 0, null, 'never'],
  ['cart-session-writer', 'SP', 'cart+rw', '4101,4102,4105', 140, 18],
  ['cart-reader', 'SP', 'cart+r', '4103', 210, 29],
  ['marketing-reader', 'SP', 'default+r,promo+r', '4106,4107,4108,4109,4110,4111', 95, 33],
  [
    'loyalty-points',
    'P',
    'loyalty+rwd,cart+rw,default+r,promo+r',
    '4101,4102,4103,4104,4105,4106,4107,4108',
    130,
    9,
  ],
  ['loyalty-tiers', 'SP', 'loyalty+r', '4108', 41, null],
  [
    'geo-router',
    'SP',
    'geo+r,default+r',
    '4101,4102,4103,4104,4105,4106,4107,4108,4109,4110,4111,4112',
    77,
    16,
  ],
  ['geo-router-admin', 'S', 'geo+rwd', '4112', 77, 16],
  ['token1', 'S', 'default+rwd,test1+r', 'all', 30, null, 'omits'],
  ['ab-buckets', 'SP', 'default+rw', '4109', 57, null],
  ['ab-buckets-preview', 'S', 'experiments+rwd', '4109', 12, null, 'omits'],
  ['waf-signals', 'P', 'waf+rwd', '4113', 300, 39],
  ['waf-signals-reader', 'SP', 'waf+r', '4113,4114', 300, 40],
  ['search-hints', 'SP', 'search+r', '4110', 88, 27],
  ['search-hints-import', 'SP', 'search+rw', '4110', 88, 28],
  ['product-catalog', 'P', 'catalog+r', '4103,4106,4110', 190, 22],
  ['product-catalog-import', 'P', 'catalog+rwd', '4115', 190, 22],
  ['catalog-preview', 'S', 'catalog+rw', '4115', 64, 2, 'overdue'],
  ['redirects-reader', 'SP', 'redirects+r', '4107', 365, 44],
  ['redirects-editor', 'SP', 'redirects+rwd', '4107', 365, 45],
  ['store-locator', 'P', 'stores+r', '4111', 240, 31],
  ['store-locator-sync', 'SP', 'stores+rwd', '4111', 240, 31],
  ['flags-reader', 'S', 'experiments+r', 'all', 150, 27],
  ['maintenance-switch', 'SP', 'default+rwd', 'all', 420, 51],
  ['stock-levels', 'P', 'stock+r', '4102', 110, 48],
  ['stock-levels-writer', 'P', 'stock+rw', '4102', 110, 48],
  ['price-feed-us', 'SP', 'pricing-us+rw,pricing-emea+r', '4106', 75, 14],
  ['consent-state', 'SP', 'open-data+r', '4114', 66, 5],
  ['public-banner', 'P', 'open-data+rw', '4114', 66, 5],
  [
    'everything-reader',
    'S',
    'default+r,cart+r,promo+r,geo+r,loyalty+r,search+r,stores+r,catalog+r',
    'all',
    20,
    null,
  ],
  ['qa-scratch', 'S', 'test1+rwd', '4101', 6, null],
];

/** One legacy token: name, networks, permissions, EdgeWorkers, days until its expiry, whether it has the newer fields. */
export type Legacy = [
  name: string,
  networks: string,
  permissions: string,
  edgeWorkers: string,
  expiresIn: number,
  newer?: true,
];

const LEGACY: readonly Legacy[] = [
  ['geo-blocklist', 'P', 'geo+r', '4112,4113', 1],
  ['holiday-countdown', 'SP', 'promo+rw', '4108', 6],
  ['legacy-promo', 'P', 'promo+r', '4108', 10],
  ['price-feed-emea', 'SP', 'default+rw,pricing-emea+r', '4106,4107', 24],
  ['newsletter-popup', 'SP', 'default+r', 'all', 45],
  ['legacy-banner', 'SP', 'default+rwd,banner+r', 'all', 96],
  ['legacy-with-status', 'P', 'catalog+r', '4103', 36, true],
  ['autumn-sale-2026', 'P', 'promo+rw', '4108', -3],
  ['old-login-hints', 'SP', 'default+r', 'all', -12],
  ['spring-sale-2026', 'P', 'promo+rw', '4108', -22],
];

function permissionsOf(text: string): Record<string, string[]> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [namespace = '', letters = ''] = part.split('+');
      return [namespace, [...letters]];
    }),
  );
}

/** The tokens of the first account by name as of `now` (epoch ms). */
export function seedTokens(now: number): Map<string, SimToken> {
  return tokensOf(AUTO, LEGACY, CPCODE, now);
}

/** Tokens by name as of `now` (epoch ms). `uuidWords` makes their uuids another account's. */
export function tokensOf(
  auto: readonly Auto[],
  legacy: readonly Legacy[],
  cpcode: string,
  now: number,
  uuidWords: readonly string[] = [],
): Map<string, SimToken> {
  const all = [
    ...auto.map((row) => autoToken(row, now)),
    ...legacy.map((row) => legacyToken(row, cpcode, now)),
  ].map((token) => ({ ...token, uuid: uuidOf(...uuidWords, token.name, '1') }));
  return new Map(all.map((token) => [token.name, token]));
}

function autoToken(
  [name, networks, permissions, edgeWorkers, issuedAgo, refreshedAgo, state]: Auto,
  now: number,
): SimToken {
  const lastAgo = refreshedAgo ?? issuedAgo;
  return {
    name,
    uuid: uuidOf(name, '1'),
    expiry: NEVER_EXPIRES,
    value: null,
    allowOnStaging: networks.includes('S'),
    allowOnProduction: networks.includes('P'),
    namespacePermissions: permissionsOf(permissions),
    restrictToEdgeWorkerIds: edgeWorkers === 'all' ? null : edgeWorkers.split(','),
    issueDate: dayFrom(now, -issuedAgo),
    latestRefreshDate: refreshedAgo === null ? null : dayFrom(now, -refreshedAgo),
    nextScheduledRefreshDate:
      state === 'overdue' ? dayFrom(now, -2) : refreshDayAfter(now - lastAgo * DAY_MS),
    activation: state === 'error' || state === 'never' ? state : 'complete',
    omitsLatestRefresh: state === 'omits',
  };
}

function legacyToken(
  [name, networks, permissions, edgeWorkers, expiresIn, newer]: Legacy,
  cpcode: string,
  now: number,
): SimToken {
  const expiry = dayFrom(now, expiresIn);
  const issuedAt = now - (180 - expiresIn) * DAY_MS;
  const ids = edgeWorkers === 'all' ? null : edgeWorkers.split(',');
  const namespacePermissions = permissionsOf(permissions);
  return {
    name,
    uuid: uuidOf(name, '1'),
    expiry,
    value: legacyValue({
      name,
      cpcode,
      issuedAt,
      expiry,
      networks: [
        ...(networks.includes('S') ? (['s'] as const) : []),
        ...(networks.includes('P') ? (['p'] as const) : []),
      ],
      namespaces: namespacePermissions,
      edgeWorkers: ids ?? 'all',
    }),
    allowOnStaging: networks.includes('S'),
    allowOnProduction: networks.includes('P'),
    namespacePermissions,
    restrictToEdgeWorkerIds: ids,
    issueDate: newer ? dayFrom(issuedAt) : '',
    latestRefreshDate: null,
    nextScheduledRefreshDate: null,
    activation: 'complete',
    omitsLatestRefresh: false,
  };
}

/** `count` further tokens for benchmarks. */
export function bulkTokens(count: number, now: number): SimToken[] {
  const spaces = ['cart', 'promo', 'geo', 'default', 'catalog', 'search', 'loyalty', 'stores'];
  return Array.from({ length: count }, (_, index) => {
    const namespace = spaces[index % spaces.length] ?? 'default';
    const other = spaces[(index * 3 + 1) % spaces.length] ?? 'default';
    const permissions = namespace === other ? `${namespace}+rw` : `${namespace}+rw,${other}+r`;
    const name = `service-${String(index + 1).padStart(4, '0')}`;
    return autoToken(
      [name, index % 3 === 0 ? 'S' : 'SP', permissions, '4101,4102', 50 + (index % 200), index % 50],
      now,
    );
  });
}

export type NamespaceRow = [name: string, geoLocation: string, restricted: boolean | null, groupId?: number];

const STAGING: readonly NamespaceRow[] = [
  ['default', 'US', true],
  ['cart', 'US', true, 4284],
  ['promo', 'US', true],
  ['geo', 'US', true],
  ['loyalty', 'US', true, 4284],
  ['search', 'US', true],
  ['stores', 'US', true],
  ['catalog', 'US', true, 4284],
  ['redirects', 'US', true],
  ['pricing-us', 'US', true, 4284],
  ['pricing-emea', 'US', true, 4284],
  ['waf', 'US', true],
  ['experiments', 'US', false],
  ['test1', 'US', true],
  ['open-data', 'US', false],
  ['stock', 'US', false],
];

const PRODUCTION: readonly NamespaceRow[] = [
  ['default', 'US', true],
  ['cart', 'EU', true, 4284],
  ['promo', 'EU', true],
  ['geo', 'US', true],
  ['loyalty', 'EU', true, 4284],
  ['search', 'US', true],
  ['stores', 'EU', true],
  ['catalog', 'EU', true, 4284],
  ['redirects', 'US', true],
  ['pricing-us', 'US', true, 4284],
  ['pricing-emea', 'EU', true, 4284],
  ['waf', 'US', true],
  ['banner', 'JP', null],
  ['open-data', 'US', false],
  // The same name with another policy on the other network.
  ['stock', 'EU', true, 4284],
];

/** Namespaces out of a seed's rows. */
export function namespaces(rows: readonly NamespaceRow[]): SimNamespace[] {
  return rows.map(([namespace, geoLocation, restrictDataAccess, groupId = 0]) => ({
    namespace,
    geoLocation,
    retentionInSeconds: namespace === 'catalog' ? 0 : 15_724_800,
    groupId,
    restrictDataAccess,
  }));
}

export type SeedOptions = { now: number; empty: boolean; extraTokens: number };

export function seedAccount({ now, empty, extraTokens }: SeedOptions): SimAccount {
  const tokens = empty ? new Map<string, SimToken>() : seedTokens(now);
  for (const token of bulkTokens(extraTokens, now)) tokens.set(token.name, token);
  return {
    id: 'A-CCT1377',
    cpcode: CPCODE,
    tokens,
    namespaces: { staging: namespaces(STAGING), production: namespaces(PRODUCTION) },
    edgeWorkers: seedEdgeWorkers(EDGEWORKERS, seedTokens(now), now),
    initialized: true,
    uuidWords: [],
    generations: new Map([...tokens.keys()].map((name) => [name, 1])),
    ...nothingYet(),
  };
}
