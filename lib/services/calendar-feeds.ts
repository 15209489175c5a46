// Calendars of what is due, to subscribe to: whoever has the address may read it, so the address is a secret.
import 'server-only';
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { can } from '@/lib/domain/access';
import { formatDay } from '@/lib/domain/day';
import { DUE_KIND_WORDS, DUE_KINDS, type DueKind } from '@/lib/domain/due';
import type { DueAnswer } from '@/lib/domain/due-answer';
import { type CalendarEvent, printCalendar } from '@/lib/domain/ical';
import type { DueDate } from '@/lib/domain/notice';
import { tokenAddress } from '@/lib/domain/notice-message';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { settings } from '@/lib/platform/env';
import { findFeed, insertFeed, listFeedRows, revokeFeedRow, touchFeed } from '@/lib/store/calendar-feeds';
import type { CalendarFeedTable } from '@/lib/store/schema';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { offeredAccounts } from './connection';
import { datesOfAccount } from './notices';
import { hashSecret } from './secrets';
import { type Actor, ownerOf, standingOf } from './session';
import { mustStore, tryToStore } from './storage';
import { today } from './surroundings';

const NAME_MAX = 60;

export type FeedInfo = {
  id: string;
  name: string;
  account: string;
  kinds: readonly DueKind[];
  /** Who made it; null: the operator. With their right it ends. */
  owner: string | null;
  createdAt: number;
  lastUsedAt: number | null;
};

/** A feed that was made. This is the only place where its address is ever shown. */
export type MadeFeed = { name: string; url: string };

const kindsSchema = z.array(z.enum(DUE_KINDS));

/** All feeds that work, without their addresses. Problems: `forbidden`. */
export async function listFeeds(actor: Actor): Promise<Result<readonly FeedInfo[]>> {
  const allowed = await authorize(actor, 'notice.read');
  if (!allowed.ok) return allowed;
  return ok(
    (await listFeedRows()).map((row) => ({
      id: row.id,
      name: row.name,
      account: row.account,
      kinds: kindsSchema.parse(JSON.parse(row.kinds)),
      owner: row.owner_email,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
    })),
  );
}

/** Makes a feed of an account's dates. Problems: `invalid-fields`, `forbidden`, `storage-unavailable`. */
export async function makeFeed(
  actor: Actor,
  input: { name: string; account: string; kinds: readonly string[] },
): Promise<Result<MadeFeed>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const accounts = await offeredAccounts();
  if (!accounts.ok) return accounts;
  const [name, account] = [input.name.trim(), input.account];
  const kinds = DUE_KINDS.filter((kind) => input.kinds.includes(kind));
  const fields: Record<string, string[]> = {};
  if (name === '' || name.length > NAME_MAX) fields.name = [`A name has 1 to ${NAME_MAX} characters.`];
  if (!accounts.value.some(({ slug }) => slug === account)) fields.account = ['Choose an account.'];
  if (kinds.length === 0) fields.kinds = ['Choose at least one.'];
  if (Object.keys(fields).length > 0)
    return fail('invalid-fields', 422, 'The calendar could not be made.', 'Nothing was changed.', { fields });
  return withAudit(actor, { action: 'feed.make', target: name, account, detail: { kinds } }, async () => {
    const secret = randomBytes(32).toString('base64url');
    const stored = await mustStore(async () =>
      insertFeed({
        id: randomUUID(),
        hash: hashSecret(secret),
        ...{ name, account, kinds: JSON.stringify(kinds), owner_id: await ownerOf(actor) },
      }),
    );
    return stored.ok ? ok({ name, url: `${settings().publicUrl}/feeds/${secret}.ics` }) : stored;
  });
}

/** Revokes a feed: its address is none from the next request on. Problems: `not-found`, `forbidden`. */
export async function revokeFeed(actor: Actor, id: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const name = (await listFeedRows()).find((row) => row.id === id)?.name;
  if (name === undefined) return fail('not-found', 404, 'There is no such calendar.', 'Nothing was changed.');
  return withAudit(actor, { action: 'feed.revoke', target: name, account: null }, async () => {
    const stored = await mustStore(() => revokeFeedRow(id));
    if (!stored.ok) return stored;
    return stored.value === null
      ? fail('not-found', 404, 'There is no such calendar.', 'Nothing was changed.')
      : ok(null);
  });
}

/**
 * The calendar of that secret, by what is known of the tokens. Problem `not-found` (404) for every other one: of a wrong
 * secret, one of no form and a revoked one the same is done, so that they take the same time.
 */
export async function readFeed(actor: Actor, secret: string): Promise<Result<string>> {
  const allowed = await authorize(actor, 'feed.read');
  if (!allowed.ok) return allowed;
  const feed = await findFeed(hashSecret(secret));
  if (!feed || !(await mayStill(feed)))
    return fail('not-found', 404, 'There is no such calendar.', 'Ask who gave you the address.');
  const known = await datesOfAccount(feed.account, today(), 'briefly');
  if (!known)
    return fail(
      'akamai-unreachable',
      503,
      'Nothing is known of the tokens yet.',
      'Akamai does not answer. Try again later.',
    );
  await tryToStore(() => touchFeed(feed));
  const kinds = kindsSchema.parse(JSON.parse(feed.kinds));
  return ok(
    printCalendar({
      name: visibleText(feed.name),
      readAt: known.readAt,
      events: known.dates.filter(({ kind }) => kinds.includes(kind)).map(eventOf),
    }),
  );
}

/** Whether who made the feed may still make one: with their right, their feeds go too. */
async function mayStill({ owner_id }: CalendarFeedTable): Promise<boolean> {
  if (owner_id === null) return true;
  const owner = await standingOf(owner_id);
  return owner !== null && can(owner.level, 'notice.change', owner.scope);
}

function eventOf({ account, name, uuid, kind, day, owner, answer }: DueDate): CalendarEvent {
  const whose = owner === null ? 'It has no owner.' : `Owner: ${visibleText(owner)}.`;
  return {
    uid: `${uuid}-${kind}@token-desk`,
    day,
    summary: `${visibleText(name)}: ${DUE_KIND_WORDS[kind]}`,
    description: `Account ${visibleText(account)}. ${whose}${answer === null ? '' : ` ${answered(answer)}`}`,
    url: tokenAddress(settings().publicUrl, account, name),
  };
}

/** Without the person and their reason: whoever has the address reads it. */
function answered({ state, until }: DueAnswer): string {
  const words = { acknowledged: 'Acknowledged', snoozed: 'Snoozed', reviewed: 'Kept' }[state];
  return until === null ? `${words}.` : `${words} until ${formatDay(until)}.`;
}
