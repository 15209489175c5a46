// Two further, smaller accounts. Some of their names are those of the first account, as with teams that share habits.
import { nothingYet, type SimAccount } from './account';
import { type Auto, type Legacy, type NamespaceRow, namespaces, type SeedOptions, tokensOf } from './seed';
import { type EdgeWorkerRow, seedEdgeWorkers } from './seed-edgeworkers';

type Company = {
  id: string;
  cpcode: string;
  auto: readonly Auto[];
  legacy: readonly Legacy[];
  staging: readonly NamespaceRow[];
  production: readonly NamespaceRow[];
  edgeWorkers: readonly EdgeWorkerRow[];
};

const OUTLET: Company = {
  id: 'A-CCT2468',
  cpcode: '1402511',
  auto: [
    ['cart-reader', 'SP', 'cart+r', '5201', 84, 11],
    ['cart-session-writer', 'SP', 'cart+rw', '5201', 84, 12],
    ['geo-router', 'P', 'geo+r', '5203', 40, null],
    ['outlet-prices', 'SP', 'pricing+r,default+r', '5202', 33, 2, 'error'],
    ['outlet-prices-import', 'SP', 'pricing+rwd', '5202', 33, null],
    ['clearance-flags', 'S', 'default+rwd', 'all', 3, null, 'never'],
  ],
  legacy: [['outlet-banner', 'SP', 'default+r', 'all', 4]],
  staging: [
    ['default', 'US', true],
    ['cart', 'US', true],
    ['geo', 'US', true],
    ['pricing', 'US', true],
  ],
  production: [
    ['default', 'EU', true],
    ['cart', 'EU', true],
    ['geo', 'EU', true],
    ['pricing', 'EU', true],
  ],
  edgeWorkers: [
    [5201, 'outlet-cart', '1.3.0', '1.2.4', 'cart-reader cart-session-writer'],
    [5202, 'outlet-pricing', '0.8.1', '0.8.1', 'outlet-prices'],
    [5203, 'outlet-geo', '2.0.0', '2.0.0', 'geo-router'],
  ],
};

const MEDIA: Company = {
  id: 'A-CCT3579',
  cpcode: '1519034',
  auto: [
    ['geo-router', 'SP', 'geo+r', '6301', 210, 30],
    ['playback-rights', 'P', 'rights+r', '6301', 120, 8],
    ['playback-rights-writer', 'P', 'rights+rwd', '6302', 120, 8],
    ['ad-breaks', 'SP', 'ads+rw,default+r', '6302', 61, 59, 'overdue'],
    ['thumbnails-preview', 'S', 'default+rw', 'all', 9, null, 'omits'],
  ],
  legacy: [['trailer-hints', 'P', 'default+r', '6302', 17]],
  staging: [
    ['default', 'US', true],
    ['geo', 'US', true],
    ['ads', 'US', true],
  ],
  production: [
    ['default', 'US', true],
    ['geo', 'US', true],
    ['ads', 'US', true],
    ['rights', 'JP', true],
  ],
  edgeWorkers: [
    [6301, 'player-gate', '3.1.0', '3.0.7', 'playback-rights geo-router'],
    [6302, 'ad-decision', '1.0.3', '1.0.3', 'ad-breaks'],
  ],
};

/** The account that the first credential may switch to. */
export function seedOutlet(options: SeedOptions): SimAccount {
  return seedCompany(OUTLET, options);
}

/** The account of the second credential. */
export function seedMedia(options: SeedOptions): SimAccount {
  return seedCompany(MEDIA, options);
}

function seedCompany(company: Company, { now, empty }: SeedOptions): SimAccount {
  const { id, cpcode } = company;
  const tokens = tokensOf(company.auto, company.legacy, cpcode, now, [id]);
  return {
    id,
    cpcode,
    tokens: empty ? new Map() : tokens,
    namespaces: { staging: namespaces(company.staging), production: namespaces(company.production) },
    edgeWorkers: seedEdgeWorkers(company.edgeWorkers, tokens, now),
    initialized: true,
    uuidWords: [id],
    generations: new Map([...tokens.keys()].map((name) => [name, 1])),
    ...nothingYet(),
  };
}
