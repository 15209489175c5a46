// The simulated accounts, and which credential and account switch key lead to which.

import type { SimAccount } from './account';
import { type SeedOptions, seedAccount } from './seed';
import { seedMedia, seedOutlet } from './seed-accounts';
import type { SimCredential } from './sign-check';

/** `shop` is the credential's own account, `outlet` is behind it, and `media` has a credential of its own. */
export const ACCOUNT_NAMES = ['shop', 'outlet', 'media'] as const;
export type AccountName = (typeof ACCOUNT_NAMES)[number];

/** The planted text that no page, log or file of the product may ever show. */
const CANARY_SECRET = 'CANARY-SECRET-simulator-client-secret=';

/** Section `default` of the .edgerc. */
export const SIMULATOR_CREDENTIAL: SimCredential = {
  host: 'akab-simulator0000000.luna.akamaiapis.net',
  clientToken: 'akab-simulator-client-token',
  clientSecret: CANARY_SECRET,
  accessToken: 'akab-simulator-access-token',
};

/** Section `media` of the .edgerc. */
export const MEDIA_CREDENTIAL: SimCredential = {
  host: 'akab-simulator0000001.luna.akamaiapis.net',
  clientToken: 'akab-simulator-media-token',
  clientSecret: `${CANARY_SECRET}media`,
  accessToken: 'akab-simulator-media-access',
};

/** What `default` may switch to; any other key is refused, and `media` may not switch at all. */
export const ACCOUNT_SWITCH_KEYS = { shop: 'A-CCT1377:1-2RBL', outlet: 'A-CCT2468:1-2RBL' } as const;

/**
 * A further credential of the same API client, as Akamai allows several. A test that takes one of its own waits for
 * nobody's pace.
 */
export function furtherCredential(number: number): SimCredential {
  return { ...SIMULATOR_CREDENTIAL, clientToken: `${SIMULATOR_CREDENTIAL.clientToken}-${number}` };
}

/** The credential with that client token; null for none. */
export function credentialOf(clientToken: string): SimCredential | null {
  if (clientToken === MEDIA_CREDENTIAL.clientToken) return MEDIA_CREDENTIAL;
  const [, own, number] = /^(.+-client-token)(?:-(\d+))?$/.exec(clientToken) ?? [];
  if (own !== SIMULATOR_CREDENTIAL.clientToken) return null;
  return number === undefined ? SIMULATOR_CREDENTIAL : furtherCredential(Number(number));
}

/** The account that a request of that credential is for; null when its account switch key leads nowhere. */
export function accountNameOf(credential: SimCredential, switchKey: string | null): AccountName | null {
  const isMedia = credential.clientToken === MEDIA_CREDENTIAL.clientToken;
  if (switchKey === null) return isMedia ? 'media' : 'shop';
  if (isMedia) return null;
  return (['shop', 'outlet'] as const).find((name) => ACCOUNT_SWITCH_KEYS[name] === switchKey) ?? null;
}

/** All accounts as they are at the start; further tokens go to `shop`. */
export function seedAccounts(options: SeedOptions): Record<AccountName, SimAccount> {
  return { shop: seedAccount(options), outlet: seedOutlet(options), media: seedMedia(options) };
}
