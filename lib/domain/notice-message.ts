// What a notice says: as a mail, as a line of chat, as JSON. The same notices always make the same message, so that a
// message that is sent again is the same one.
import { type Day, daysBetween, distanceInWords, formatDay } from './day';
import type { DueKind } from './due';
import type { Notice } from './notice';
import { visibleText } from './visible-text';

export type NoticeMessage = {
  /** Stays the same however often the message is sent: who gets it twice can tell. */
  id: string;
  /** The channel it goes through. */
  channel: string;
  /** The day from which days are counted. */
  asOf: Day;
  /** When Akamai was last asked, milliseconds since 1970. */
  readAt: number;
  /** None: a test. */
  notices: readonly Notice[];
  /** The address of this Token Desk. */
  publicUrl: string;
};

export type Composed = {
  subject: string;
  /** Plain text. */
  text: string;
  /** Text for a chat that reads Slack's marks. */
  chat: string;
  json: unknown;
};

/** The words of all three. */
export function composeMessage(message: NoticeMessage): Composed {
  const { notices, asOf, readAt, channel, id } = message;
  const [first] = notices;
  const json = {
    type: first ? 'token-desk.notices' : 'token-desk.test',
    id,
    channel,
    asOf,
    readAt: new Date(readAt).toISOString(),
    notices: notices.map((notice) => jsonOf(message, notice)),
  };
  if (!first) {
    const text = `This is a test of the channel ${visibleText(channel)}. Nothing is due because of it.`;
    return { subject: 'A test of Token Desk', text: `${text}\n`, chat: escapeChat(text), json };
  }
  const lead = `${visibleText(first.name)} ${noticeWords(first, asOf)}`;
  const subject = notices.length === 1 ? lead : `${lead}, and ${notices.length - 1} more`;
  const foot = `Counted from ${formatDay(asOf)} (UTC). Akamai was last asked at ${minute(readAt)} UTC.`;
  const mail = notices.map((notice) => `- ${line(notice, asOf)}\n  ${addressOf(message, notice)}`);
  const chat = notices.map(
    (notice) => `• ${escapeChat(line(notice, asOf))} <${addressOf(message, notice)}|Look at it>`,
  );
  return {
    subject,
    text: `${mail.join('\n\n')}\n\n${foot}\n`,
    chat: `${chat.join('\n')}\n${escapeChat(foot)}`,
    json,
  };
}

/** What is true of the token on `today`, e.g. `expires in 9 days`. */
export function noticeWords({ kind, day }: Pick<Notice, 'kind' | 'day'>, today: Day): string {
  const left = daysBetween(today, day);
  const distance = distanceInWords(today, day).toLowerCase();
  if (kind === 'activation') return `is not active: its activation failed or hangs since ${formatDay(day)}`;
  const [ahead, past] = WORDS[kind];
  return `${left >= 0 ? ahead : past} ${distance}`;
}

const WORDS: Readonly<Record<Exclude<DueKind, 'activation'>, readonly [ahead: string, past: string]>> = {
  expiry: ['expires', 'expired'],
  refresh: ['is refreshed by Akamai', 'was to be refreshed by Akamai'],
  age: ['gets too old', 'got too old'],
  review: ['is to be reviewed', 'was to be reviewed'],
};

function line(notice: Notice, asOf: Day): string {
  const { name, account, day, kind, owner } = notice;
  const on = kind === 'activation' ? '' : ` (${formatDay(day)})`;
  const whose = owner === null ? 'It has no owner.' : `Owner: ${visibleText(owner)}.`;
  return `${visibleText(name)} of ${visibleText(account)} ${noticeWords(notice, asOf)}${on}. ${whose}`;
}

function jsonOf(message: NoticeMessage, notice: Notice): unknown {
  const { account, name, uuid, kind, day, step, owner } = notice;
  return {
    account,
    token: name,
    uuid,
    kind,
    day,
    step,
    daysLeft: daysBetween(message.asOf, day),
    owner,
    words: noticeWords(notice, message.asOf),
    url: addressOf(message, notice),
  };
}

/** The address of a token's page. */
export function tokenAddress(publicUrl: string, account: string, name: string): string {
  return `${publicUrl}/${encodeURIComponent(account.toWellFormed())}/tokens/${encodeURIComponent(name.toWellFormed())}`;
}

function addressOf({ publicUrl }: NoticeMessage, { account, name }: Notice): string {
  return tokenAddress(publicUrl, account, name);
}

/** Slack reads `<…>` as a link, a person or the whole channel, so that a name could call everybody. */
function escapeChat(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
