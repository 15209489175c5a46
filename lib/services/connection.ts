// From an account in the URL to a client that speaks for it. For the other services only: it authorises nobody.
import 'server-only';
import { type AkamaiClient, akamaiClient, LIMITS } from '@/lib/akamai/client';
import { type Credential, readSections } from '@/lib/akamai/credentials';
import { ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { once } from '@/lib/platform/once';
import { unknownAccount } from './authorize';

/** An account that people can choose: an edgerc section, or an account switch key beside the first section. */
export type Account = { slug: string; name: string; section: string; isSwitched: boolean };

/** `base` is what the client connects to; for the doctor only. */
export type Connection = { account: Account; client: AkamaiClient; base: string };

/** An account whose section cannot be used is offered with the Problem that says why. */
type Offer = { account: Account; credential: Result<Credential>; accountSwitchKey: string | null };

/** All accounts that the settings and the .edgerc offer, in their order. Problems: `no-credentials`. */
export async function offeredAccounts(): Promise<Result<readonly Account[]>> {
  const offers = await readOffers();
  return offers.ok ? ok(offers.value.map((offer) => offer.account)) : offers;
}

/**
 * The client of the account named `slug`; `owner` is the id of who asks, for turns that are fair. Problems:
 * `no-credentials`, also for its own section alone, `unknown-account`.
 */
export async function connect(slug: string, owner = ''): Promise<Result<Connection>> {
  const offers = await readOffers();
  if (!offers.ok) return offers;
  const offer = offers.value.find((one) => one.account.slug === slug);
  if (!offer) return unknownAccount();
  const { akamaiOrigin: origin, callMs, callsPerSecond } = settings();
  const { accountSwitchKey, credential } = offer;
  if (!credential.ok) return credential;
  const client = akamaiClient(
    credential.value,
    { origin, accountSwitchKey, owner },
    {
      ...LIMITS,
      callMs,
      pace: { ...LIMITS.pace, perSecond: callsPerSecond, burst: callsPerSecond },
    },
  );
  return ok({ account: offer.account, client, base: origin ?? `https://${credential.value.host}` });
}

/** One request asks several times; a file that changed is seen this soon, milliseconds. */
const OFFERS_MS = 2_000;

async function readOffers(): Promise<Result<readonly Offer[]>> {
  const known = once('offers', (): { readAt: number; reading: ReturnType<typeof readOffersNow> | null } => ({
    readAt: 0,
    reading: null,
  }));
  // A clock that was set back must not keep the old file.
  if (!known.reading || Math.abs(now() - known.readAt) > OFFERS_MS)
    Object.assign(known, { readAt: now(), reading: readOffersNow() });
  return known.reading ?? readOffersNow();
}

async function readOffersNow(): Promise<Result<readonly Offer[]>> {
  const { edgerc, edgercSections, akamaiEnvironment, akamaiOrigin, accountSwitchKeys } = settings();
  const sections = await readSections({
    edgerc,
    sections: edgercSections,
    environment: akamaiEnvironment,
    originSet: akamaiOrigin !== null,
  });
  if (!sections.ok) return sections;
  const own = sections.value.map(({ section, credential }) => {
    const accountSwitchKey = credential.ok ? credential.value.accountKey : null;
    const account = { slug: section, name: section, section, isSwitched: accountSwitchKey !== null };
    return { account, credential, accountSwitchKey };
  });
  // Of the first one even when it cannot be used: with another credential a key may lead to another account.
  const [first] = sections.value;
  const switched = first
    ? accountSwitchKeys.map(({ name, key }) => ({
        account: { slug: name, name, section: first.section, isSwitched: true },
        credential: first.credential,
        accountSwitchKey: key,
      }))
    : [];
  return ok([...own, ...switched]);
}
