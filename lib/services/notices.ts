// The notices themselves: once a minute, what is due is put into messages, and messages that wait are sent.
//
// What a kill means. A notice and its message are stored in one transaction under a key of channel, date and step: however
// often it is decided, by however many runs, a notice is in one message only. A message is marked `sending` on the disk,
// handed over, and then marked `sent`. Killed before the hand-over, or between it and the mark, it is found as `sending`
// by the next start, which cannot know which of both it was, and sends it again under the same id (Message-ID,
// Idempotency-Key). So a message may arrive twice, recognisably, and is never silently lost; on record it is one delivery.
import 'server-only';
import { randomUUID } from 'node:crypto';
import { type Day, dayAt } from '@/lib/domain/day';
import { dueItems } from '@/lib/domain/due';
import { dueRules } from '@/lib/domain/findings';
import {
  type DueDate,
  datedItems,
  dueNotices,
  heardDates,
  hearsOf,
  type Ladders,
  type Told,
  USUAL_LADDERS,
} from '@/lib/domain/notice';
import { isDigestDue, isDigestLate, LONGEST_RETRY_MS, nextTryAt } from '@/lib/domain/notice-channel';
import type { NoticeMessage } from '@/lib/domain/notice-message';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import {
  addMessages,
  type Channel,
  findChannel,
  listChannels,
  listDueMessages,
  type NewMessage,
  readLadderRows,
  readNotices,
  type Settled,
  settleMessage,
  takeMessage,
  type WaitingMessage,
} from '@/lib/store/notices';
import { connect, offeredAccounts } from './connection';
import { readAnswers } from './due-answers';
import { readFindingRules } from './due-rules';
import { readNotes } from './notes';
import type { Sent } from './notice-senders';
import { operatorActor } from './session';
import { mustStore } from './storage';
import { cachedTokens, knownTokens } from './token-cache';
import type { Wait } from './wait';

const EVERY_MS = 60_000;
/** Akamai is asked again when what is known is older than this, milliseconds. */
const FRESH_MS = 60 * 60_000;
/** More notices than these share no message: it would be cut off somewhere on its way. */
const MESSAGE_NOTICES_MAX = 100;

/** Starts looking every minute, after `settleEarlierRun`. */
export function startNotices(): void {
  once('notices-timer', () => {
    const timer = setInterval(lookNow, EVERY_MS);
    timer.unref();
    lookNow();
    return timer;
  });
}

/** Looks at once, in the background: something was changed. */
export function lookNow(): void {
  runNotices(now()).catch((error: unknown) => log().error({ error }, 'notices were not looked at'));
}

type Runs = { running: Promise<void> | null; next: Promise<void> | null; nextAt: number };

/**
 * Puts into messages what is due at the time `at`, and sends what waits. One run at a time: whoever comes during one gets
 * another one behind it, as what they changed may have come too late for it; all of them share that one.
 */
export function runNotices(at: number): Promise<void> {
  const runs = once('notices-run', (): Runs => ({ running: null, next: null, nextAt: at }));
  if (!runs.running) {
    runs.running = lookOnce(at).finally(() => {
      runs.running = null;
    });
    return runs.running;
  }
  runs.nextAt = at;
  const again = () => {
    runs.next = null;
    return runNotices(runs.nextAt);
  };
  // A failure is for those who wait for that run.
  runs.next ??= runs.running.then(again, again);
  return runs.next;
}

async function lookOnce(at: number): Promise<void> {
  await settleLate();
  const channels = (await listChannels()).filter(({ isOn }) => isOn);
  if (channels.length === 0) return;
  await enqueue(channels, at);
  await sendDue(at);
}

type KnownDates = { account: string; readAt: number; dates: readonly DueDate[] };

async function enqueue(channels: readonly Channel[], at: number): Promise<void> {
  const due = channels.filter(
    ({ digestHour, lastDigestAt }) => digestHour === null || isDigestDue(digestHour, lastDigestAt, at),
  );
  if (due.length === 0) return;
  const [{ known, unknown }, ladders] = [await knownDates(at), await readLadders()];
  // A digest of too little would be the only one of its day.
  const ready = due.filter(
    (channel) =>
      channel.digestHour === null ||
      isDigestLate(channel.digestHour, at) ||
      !unknown.some((account) => hearsOf(channel, account)),
  );
  const stored = await mustStore(() =>
    addMessages(ready, at, (channel, told) =>
      messagesOf(channel, { known, ladders, told, today: dayAt(at) }),
    ),
  );
  if (stored.ok && stored.value > 0) log().info({ messages: stored.value }, 'notices are due');
}

/** The ladders in force. */
export async function readLadders(): Promise<Ladders> {
  return { ...USUAL_LADDERS, ...Object.fromEntries(await readLadderRows()) };
}

function messagesOf(
  channel: Channel,
  { known, ladders, told, today }: { known: readonly KnownDates[]; ladders: Ladders; told: Told; today: Day },
): readonly NewMessage[] {
  const heard = known.filter(({ account }) => hearsOf(channel, account));
  const dates = heardDates(
    channel,
    heard.flatMap((one) => one.dates),
  );
  const notices = dueNotices(dates, { ladders, told, since: channel.since, today });
  const readAt = Math.min(...heard.map((one) => one.readAt));
  return Array.from({ length: Math.ceil(notices.length / MESSAGE_NOTICES_MAX) }, (_, index) => ({
    id: randomUUID(),
    channelId: channel.id,
    asOf: today,
    readAt,
    notices: notices.slice(index * MESSAGE_NOTICES_MAX, (index + 1) * MESSAGE_NOTICES_MAX),
  }));
}

/** The dates of all accounts, as far as their tokens are known: of long ago, when Akamai is away. */
async function knownDates(at: number): Promise<{ known: readonly KnownDates[]; unknown: readonly string[] }> {
  const accounts = await offeredAccounts();
  if (!accounts.ok) log().warn({ problem: accounts.problem }, 'notices know no account');
  const slugs = accounts.ok ? accounts.value.map(({ slug }) => slug) : [];
  const dates = await Promise.all(slugs.map((slug) => datesOfAccount(slug, dayAt(at), 'fully')));
  return {
    known: dates.filter((one) => one !== null),
    unknown: slugs.filter((_, index) => dates[index] === null),
  };
}

/**
 * The dates of an account's tokens, read anew when what is known is old; `briefly` takes what is known after a moment. Null
 * when nothing is known. For services only: it authorises nobody.
 */
export async function datesOfAccount(account: string, today: Day, wait: Wait): Promise<KnownDates | null> {
  const connection = await connect(account, 'notices');
  if (!connection.ok) return null;
  const before = knownTokens(connection.value);
  if (!before || now() - before.readAt > FRESH_MS) {
    const read = await cachedTokens(connection.value, before ? wait : 'fully');
    if (!read.ok) log().warn({ account, problem: read.problem }, 'notices go by what was read last');
  }
  const tokens = knownTokens(connection.value);
  if (!tokens) return null;
  const actor = operatorActor();
  const [notes, rules] = [await readNotes(actor, account), await readFindingRules(actor)];
  const answers = await readAnswers(actor, account);
  if (!notes.ok || !answers.ok || !rules.ok) return null;
  const items = dueItems(tokens.tokens, notes.value, dueRules(rules.value), today, {
    answers: answers.value,
  });
  return { account, readAt: tokens.readAt, dates: datedItems(account, items) };
}

/** Sends what waits: the channels side by side, so that a slow one holds up no other. */
async function sendDue(at: number): Promise<void> {
  const byChannel = new Map<string, WaitingMessage[]>();
  for (const message of await listDueMessages(at, LONGEST_RETRY_MS)) {
    byChannel.set(message.channel_id, [...(byChannel.get(message.channel_id) ?? []), message]);
  }
  await Promise.all(
    [...byChannel].map(async ([id, messages]) => {
      for (const message of messages) {
        const sent = await sendOne(id, message, at);
        // What does not answer is not asked again for each message.
        if (!sent) return;
      }
    }),
  );
}

/** Whether it went through. */
async function sendOne(channelId: string, message: WaitingMessage, at: number): Promise<boolean> {
  // Read now: it may have been changed or removed since.
  const channel = await findChannel(channelId);
  if (!channel?.isOn) return false;
  const notices = await readNotices(message.id);
  const taken = await mustStore(() => takeMessage(message.id));
  if (!taken.ok || !taken.value) return false;
  const sent = await handOver(channel, {
    id: message.id,
    channel: channel.name,
    asOf: message.as_of,
    readAt: message.read_at,
    notices,
    publicUrl: settings().publicUrl,
  });
  const retryAt = sent.ok ? null : nextTryAt(message.tries + 1, at);
  await settle(message.id, settledOf(sent, retryAt));
  return sent.ok;
}

/** Hands a message over and says so in the log. */
export async function handOver(channel: Channel, message: NoticeMessage): Promise<Sent> {
  const about = { channel: channel.name, message: message.id, notices: message.notices.length };
  let sent: Sent;
  try {
    // Loaded when it is first needed: a start can do without a mail client.
    const { sendMessage } = await import('./notice-senders');
    sent = await sendMessage(channel, message);
  } catch (error) {
    // A fault of ours, such as a key that is gone: told as what it is, and tried again like others.
    log().error({ error, ...about }, 'a message could not be made');
    sent = { ok: false, words: 'Token Desk could not make the message: see its log.' };
  }
  if (sent.ok) log().info({ ...about, words: sent.words }, 'notices sent');
  else log().warn({ ...about, words: sent.words }, 'notices not sent');
  return sent;
}

function settledOf(sent: Sent, retryAt: number | null): Settled {
  if (sent.ok) return { state: 'sent', words: sent.words };
  if (retryAt === null) return { state: 'failed', words: `${sent.words} It was given up.` };
  return { state: 'queued', words: sent.words, nextAt: retryAt };
}

/** Puts the result of a try on record; one that the disk does not take now is kept, and written before anything else. */
export async function settle(id: string, settled: Settled): Promise<void> {
  const stored = await mustStore(() => settleMessage(id, settled));
  if (!stored.ok) late().set(id, settled);
}

async function settleLate(): Promise<void> {
  for (const [id, settled] of late()) {
    await settleMessage(id, settled);
    late().delete(id);
  }
}

function late(): Map<string, Settled> {
  return once('notices-late', () => new Map<string, Settled>());
}
