// From an account in the URL to a client that speaks for it. For the other services only: it authorises nobody.
import 'server-only';
import { type AkamaiClient, akamaiClient, LIMITS } from '@/lib/akamai/client';
import { type Credential, readCredentials } from '@/lib/akamai/credentials';
import { ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { once } from '@/lib/platform/once';
import { unknownAccount } from './authorize';

/** An account that people can choose: an edgerc section, or an account switch key beside the first section. */
export type Account = { slug: string; name: string; section: string; isSwitched: boolean };

/** `base` is what the client connects to; for the doctor only. */
export type Connection = { account: Account; client: AkamaiClient; base: string };

type Offer = { account: Account; credential: Credential; accountSwitchKey: string | null };

/** All accounts that the settings and the .edgerc offer, in their order. Problems: `no-credentials`. */
export async function offeredAccounts(): Promise<Result<readonly Account[]>> {
  const offers = await readOffers();
  return offers.ok ? ok(offers.value.map((offer) => offer.account)) : offers;
}

/**
 * The client of the account named `slug`; `owner` is the id of who asks, for turns that are fair. Problems:
 * `no-credentials`, `unknown-account`.
 */
export async function connect(slug: string, owner = ''): Promise<Result<Connection>> {
  const offers = await readOffers();
  if (!offers.ok) return offers;
  const offer = offers.value.find((one) => one.account.slug === slug);
  if (!offer) return unknownAccount();
  const { akamaiOrigin: origin, callMs, callsPerSecond } = settings();
  const { accountSwitchKey } = offer;
  const client = akamaiClient(
    offer.credential,
    { origin, accountSwitchKey, owner },
    {
      ...LIMITS,
      callMs,
      pace: { ...LIMITS.pace, perSecond: callsPerSecond, burst: callsPerSecond },
    },
  );
  return ok({ account: offer.account, client, base: origin ?? `https://${offer.credential.host}` });
}

/** One request asks several times; a file that changed is seen this soon, milliseconds. */
const OFFERS_MS = 2_000;

async function readOffers(): Promise<Result<readonly Offer[]>> {
  const known = once('offers', (): { readAt: number; reading: ReturnType<typeof readOffersNow> | null } => ({
    readAt: 0,
    reading: null,
  }));
  if (!known.reading || now() - known.readAt > OFFERS_MS)
    Object.assign(known, { readAt: now(), reading: readOffersNow() });
  return known.reading ?? readOffersNow();
}

async function readOffersNow(): Promise<Result<readonly Offer[]>> {
  const { edgerc, edgercSections, akamaiEnvironment, akamaiOrigin, accountSwitchKeys } = settings();
  const credentials = await readCredentials({
    edgerc,
    sections: edgercSections,
    environment: akamaiEnvironment,
    originSet: akamaiOrigin !== null,
  });
  if (!credentials.ok) return credentials;
  const own = credentials.value.map((credential) => ({
    account: {
      slug: credential.section,
      name: credential.section,
      section: credential.section,
      isSwitched: credential.accountKey !== null,
    },
    credential,
    accountSwitchKey: credential.accountKey,
  }));
  const [first] = credentials.value;
  const switched = first
    ? accountSwitchKeys.map(({ name, key }) => ({
        account: { slug: name, name, section: first.section, isSwitched: true },
        credential: first,
        accountSwitchKey: key,
      }))
    : [];
  return ok([...own, ...switched]);
}
