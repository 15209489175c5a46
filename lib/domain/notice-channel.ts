// A channel of notices as its form has it, and when something goes through it.
import { DUE_KINDS, type DueKind } from './due';

export const CHANNEL_KINDS = ['mail', 'slack', 'webhook'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export const CHANNEL_KIND_WORDS: Record<ChannelKind, string> = {
  mail: 'E-mail',
  slack: 'Chat (Slack-compatible)',
  webhook: 'Webhook (signed JSON)',
};

/** What a new channel tells. Akamai refreshes by itself, and age is told by who sets a limit for it. */
export const USUAL_KINDS: readonly DueKind[] = ['expiry', 'activation', 'review'];

export const CHANNEL_LIMITS = { name: 60, owner: 100, addresses: 20, url: 2_000 } as const;

/** The channel as its form sends it; `target` is the addresses of a mail, or a webhook's address. */
export type ChannelInput = {
  name: string;
  target: string;
  kinds: readonly string[];
  /** None: all. */
  accounts: readonly string[];
  owner: string;
  /** `now`, or the hour of a daily digest. */
  when: string;
};

/** What can be told of a channel; the address of a webhook is a secret of its own. */
export type ChannelFields = {
  name: string;
  kinds: readonly DueKind[];
  accounts: readonly string[] | null;
  owner: string | null;
  digestHour: number | null;
};

export type ReadChannel =
  | { ok: true; fields: ChannelFields; target: Target | null }
  | { ok: false; fields: Record<string, string[]> };

export type Target = { addresses: readonly string[] } | { url: URL };

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._:/@+-]*$/u;
const ADDRESS = /^[^\s<>@,;"()\\]{1,64}@[A-Za-z0-9.-]{1,253}$/;

/** Reads what was typed. With `keepTarget` an empty target is one that stays as it is. */
export function readChannel(
  kind: ChannelKind,
  input: ChannelInput,
  {
    accounts: offered,
    keepTarget,
    allowHttp,
  }: { accounts: readonly string[]; keepTarget: boolean; allowHttp: boolean },
): ReadChannel {
  const wrong: Record<string, string[]> = {};
  const name = input.name.trim();
  if (!NAME.test(name) || name.length > CHANNEL_LIMITS.name)
    wrong.name = [
      `A name has 1 to ${CHANNEL_LIMITS.name} letters, digits, spaces or . _ : / @ + - and starts with a letter or digit.`,
    ];
  const kinds = DUE_KINDS.filter((one) => input.kinds.includes(one));
  if (kinds.length === 0) wrong.kinds = ['Choose at least one.'];
  const unknown = input.accounts.find((one) => !offered.includes(one));
  if (unknown !== undefined) wrong.accounts = ['Choose accounts of this list.'];
  const owner = input.owner.trim();
  if (owner.length > CHANNEL_LIMITS.owner) wrong.owner = [`At most ${CHANNEL_LIMITS.owner} characters.`];
  const digestHour = input.when === 'now' ? null : Number(/^\d{1,2}$/.exec(input.when)?.[0] ?? Number.NaN);
  if (digestHour !== null && !(digestHour >= 0 && digestHour <= 23)) wrong.when = ['Choose when.'];
  const typed = input.target.trim();
  const target = typed === '' && keepTarget ? null : readTarget(kind, typed, allowHttp);
  if (typeof target === 'string') wrong[kind === 'mail' ? 'addresses' : 'secretUrl'] = [target];
  if (typeof target === 'string' || Object.keys(wrong).length > 0) return { ok: false, fields: wrong };
  const accounts = input.accounts.length === 0 ? null : offered.filter((one) => input.accounts.includes(one));
  return { ok: true, fields: { name, kinds, accounts, owner: owner || null, digestHour }, target };
}

/** A target, or what is wrong with it. */
function readTarget(kind: ChannelKind, typed: string, allowHttp: boolean): Target | string {
  if (kind === 'mail') {
    const addresses = [...new Set(typed.split(/[\s,;]+/).filter((one) => one !== ''))];
    if (addresses.length === 0) return 'Give at least one address.';
    if (addresses.length > CHANNEL_LIMITS.addresses) return `At most ${CHANNEL_LIMITS.addresses} addresses.`;
    return addresses.every((one) => ADDRESS.test(one))
      ? { addresses }
      : 'Give e-mail addresses, with commas.';
  }
  if (typed.length > CHANNEL_LIMITS.url) return `At most ${CHANNEL_LIMITS.url} characters.`;
  const url = URL.canParse(typed) ? new URL(typed) : null;
  const isWeb = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  if (!url || !isWeb) return 'Give an address that begins with https://.';
  if (url.username || url.password || url.hash) return 'Give an address without a user, a password and a #.';
  return { url };
}

/** What is shown of a webhook's address: not the path, which is what makes it secret. */
export function shownAddress(url: URL): string {
  return `${url.origin}/…`;
}

/** Minutes to wait after each try that failed. After them, about a day in all, a message is given up. */
export const RETRY_MINUTES = [1, 5, 15, 60, 120, 240, 480, 480] as const;
const MINUTE_MS = 60_000;
/** No try is ever further away than this, milliseconds. */
export const LONGEST_RETRY_MS = Math.max(...RETRY_MINUTES) * MINUTE_MS;

/** When a message that failed for the `tries`th time at `at` is tried again; null: never. */
export function nextTryAt(tries: number, at: number): number | null {
  const minutes = RETRY_MINUTES[tries - 1];
  return minutes === undefined ? null : at + minutes * MINUTE_MS;
}

const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Whether a daily digest of `hour` (UTC) is due at `at`, the last one having been at `lastAt`: its hour has come since, or
 * the clock was set back before it, which costs a digest less than waiting until then.
 */
export function isDigestDue(hour: number, lastAt: number, at: number): boolean {
  return lastAt < lastHour(hour, at) || lastAt > at;
}

/** When `hour` (UTC) began last. */
function lastHour(hour: number, at: number): number {
  const today = Math.floor(at / DAY_MS) * DAY_MS + hour * HOUR_MS;
  return today <= at ? today : today - DAY_MS;
}

/** So long after its hour a digest waits for accounts of which nothing is known, milliseconds. */
const DIGEST_WAIT_MS = 3 * HOUR_MS;

/** Whether a digest of `hour` (UTC) that is due is made at `at` though something it is about is not known. */
export function isDigestLate(hour: number, at: number): boolean {
  return at - lastHour(hour, at) >= DIGEST_WAIT_MS;
}
