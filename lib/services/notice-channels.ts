// Through which channels notices go, by which ladder, and what became of them: for admins.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { AccountLook } from '@/lib/domain/account';
import { DUE_KINDS, type DueKind } from '@/lib/domain/due';
import { type Ladders, type Notice, readLadder } from '@/lib/domain/notice';
import {
  CHANNEL_KINDS,
  type ChannelFields,
  type ChannelInput,
  type ChannelKind,
  readChannel,
  shownAddress,
  type Target,
} from '@/lib/domain/notice-channel';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import {
  addTestMessage,
  type Channel,
  deleteChannel,
  findChannel,
  insertChannel,
  listChannels,
  listDeliveryRows,
  putLadderRows,
  switchChannel,
  updateChannel,
} from '@/lib/store/notices';
import type { NoticeMessageTable } from '@/lib/store/schema';
import { listAccounts } from './accounts';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { offeredAccounts } from './connection';
import { newSigningSecret, openWebhook, sealWebhook } from './notice-senders';
import { handOver, lookNow, readLadders, settle } from './notices';
import { refusedByName } from './outgoing';
import type { Actor } from './session';
import { mustStore } from './storage';
import { today } from './surroundings';

/** On one page. */
const DELIVERIES_SHOWN = 50;

/** A channel as it is shown: without its secrets. */
export type ChannelInfo = ChannelFields & {
  id: string;
  kind: ChannelKind;
  target: string;
  isOn: boolean;
  /** Its secret was lost with the key: its address must be given again. */
  lacksTarget: boolean;
};

export type Delivery = {
  id: string;
  channel: string;
  isTest: boolean;
  /** How many notices it carries, and one of them to tell it by. */
  notices: number;
  first: Pick<Notice, 'name' | 'kind' | 'day' | 'step'> | null;
  state: NoticeMessageTable['state'];
  tries: number;
  /** When it is tried again; null when it is not. */
  nextAt: number | null;
  /** What the last try met. */
  words: string | null;
  createdAt: number;
};

export type NoticeSettings = {
  channels: readonly ChannelInfo[];
  ladders: Ladders;
  /** One page of them, the newest first. */
  deliveries: readonly Delivery[];
  hasOlder: boolean;
  /** Whether a mail server is set. */
  hasMail: boolean;
  accounts: readonly AccountLook[];
};

/** Everything that the page of notices shows, with that page of deliveries. Problems: `forbidden`, `no-credentials`. */
export async function readNoticeSettings(actor: Actor, page = 1): Promise<Result<NoticeSettings>> {
  const allowed = await authorize(actor, 'notice.read');
  if (!allowed.ok) return allowed;
  const accounts = await listAccounts(actor);
  if (!accounts.ok) return accounts;
  const rows = await listDeliveryRows((page - 1) * DELIVERIES_SHOWN, DELIVERIES_SHOWN + 1);
  const deliveries = rows.slice(0, DELIVERIES_SHOWN).map((row) => ({
    id: row.id,
    channel: row.channel_name,
    isTest: row.is_test === 1,
    notices: row.notices,
    first: row.first,
    state: row.state,
    tries: row.tries,
    nextAt: row.state === 'queued' ? row.next_at : null,
    words: row.words,
    createdAt: row.created_at,
  }));
  return ok({
    channels: (await listChannels()).map(toInfo),
    ladders: await readLadders(),
    deliveries,
    hasOlder: rows.length > DELIVERIES_SHOWN,
    hasMail: settings().smtp !== null,
    accounts: accounts.value,
  });
}

function toInfo({
  id,
  kind,
  name,
  target,
  sealed,
  kinds,
  accounts,
  owner,
  digestHour,
  isOn,
}: Channel): ChannelInfo {
  const lacksTarget = kind !== 'mail' && sealed === null;
  return { id, kind, name, target, kinds, accounts, owner, digestHour, isOn, lacksTarget };
}

/** A channel that was made. `secret` verifies its signatures, is shown here only, and is null for other kinds. */
export type MadeChannel = { name: string; secret: string | null };

/** Adds a channel. Problems: `invalid-fields`, `conflict`, `forbidden`, `storage-unavailable`. */
export async function addChannel(
  actor: Actor,
  kindNamed: string,
  input: ChannelInput,
): Promise<Result<MadeChannel>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const kind = CHANNEL_KINDS.find((one) => one === kindNamed);
  if (!kind) return fail('not-found', 404, 'There is no such kind of channel.', 'Nothing was changed.');
  const read = await readInput(kind, input, false);
  if (!read.ok) return read;
  const { fields, target } = read.value;
  if (!target) return wrongFields({ secretUrl: ['Give its address.'] });
  const id = randomUUID();
  const secret = kind === 'webhook' ? newSigningSecret() : null;
  const detail = { kind, target: shownTarget(target), ...withoutName(fields) };
  const act = { action: 'notice.add-channel', target: fields.name, account: null, detail };
  const added = await withAudit(actor, act, async () => {
    const stored = await mustStore(() =>
      insertChannel({
        ...fields,
        ...{ id, kind, since: today(), createdBy: actor.name },
        ...columnsOf(target, id, secret),
      }),
    );
    if (!stored.ok) return stored;
    return stored.value ? ok({ name: fields.name, secret }) : nameTaken(fields.name);
  });
  if (added.ok) lookNow();
  return added;
}

/**
 * Changes a channel. An empty address stays as it is. `renew`: the signatures of a webhook get another secret, which the
 * answer shows. Problems: as `addChannel`, and `not-found`.
 */
export async function changeChannel(
  actor: Actor,
  id: string,
  input: ChannelInput,
  renew: boolean,
): Promise<Result<MadeChannel>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const channel = await findChannel(id);
  if (!channel) return noChannel();
  const { kind } = channel;
  const read = await readInput(kind, input, true);
  if (!read.ok) return read;
  const { fields, target } = read.value;
  const known = channel.sealed === null ? null : openWebhook(channel.sealed, id);
  if (kind !== 'mail' && !known && !target) return wrongFields({ secretUrl: ['Give its address.'] });
  const needsSecret = kind === 'webhook' && (renew || known === null);
  const made = needsSecret ? newSigningSecret() : null;
  const url = target ?? (known && { url: new URL(known.url) });
  const columns = url && (target || made) ? columnsOf(url, id, made ?? known?.signWith ?? null) : null;
  const is = { target: target ? shownTarget(target) : channel.target, renewed: needsSecret };
  const detail = {
    was: { target: channel.target, ...infoFields(channel) },
    is: { ...is, ...fields },
  };
  const act = { action: 'notice.change-channel', target: channel.name, account: null, detail };
  const changed = await withAudit(actor, act, async () => {
    const stored = await mustStore(() => updateChannel(id, fields, columns));
    if (!stored.ok) return stored;
    if (stored.value === 'name-taken') return nameTaken(fields.name);
    return stored.value === 'gone' ? noChannel() : ok({ name: fields.name, secret: made });
  });
  if (changed.ok) lookNow();
  return changed;
}

/** Switches a channel on or off; what waits in one that is switched off is given up. Problems: `not-found`, `forbidden`. */
export async function setChannelOn(actor: Actor, id: string, isOn: boolean): Promise<Result<null>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const channel = await findChannel(id);
  if (!channel) return noChannel();
  if (isOn && toInfo(channel).lacksTarget)
    return fail(
      'conflict',
      409,
      'The address of this channel is not known any more.',
      'Nothing was changed. Give it again first.',
    );
  const action = isOn ? 'notice.switch-on' : 'notice.switch-off';
  const switched = await withAudit(actor, { action, target: channel.name, account: null }, async () => {
    const words = 'The channel was off before it was sent.';
    const stored = await mustStore(() => switchChannel(id, isOn, { since: today(), words }));
    return stored.ok ? ok(null) : stored;
  });
  if (switched.ok) lookNow();
  return switched;
}

/** Removes a channel with everything that was sent through it. Problems: `not-found`, `forbidden`. */
export async function removeChannel(actor: Actor, id: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const channel = await findChannel(id);
  if (!channel) return noChannel();
  const act = { action: 'notice.remove-channel', target: channel.name, account: null };
  return withAudit(actor, act, async () => {
    const stored = await mustStore(() => deleteChannel(id));
    if (!stored.ok) return stored;
    return stored.value ? ok(null) : noChannel();
  });
}

/** Sends a test, once. Problems: `delivery-failed` with what happened, `not-found`, `forbidden`. */
export async function testChannel(actor: Actor, id: string): Promise<Result<{ words: string | null }>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const channel = await findChannel(id);
  if (!channel) return noChannel();
  const act = { action: 'notice.test', target: channel.name, account: null };
  return withAudit(actor, act, async () => {
    const messageId = randomUUID();
    const stored = await mustStore(() => addTestMessage(messageId, id, today()));
    if (!stored.ok) return stored;
    const sent = await handOver(channel, {
      id: messageId,
      channel: channel.name,
      asOf: today(),
      readAt: now(),
      notices: [],
      publicUrl: settings().publicUrl,
    });
    await settle(messageId, { state: sent.ok ? 'sent' : 'failed', words: sent.words });
    if (sent.ok) return ok({ words: sent.words });
    return fail('delivery-failed', 502, 'The test did not get through.', sent.words);
  });
}

/** Sets all ladders, each as it is typed: empty for never. One that is missing is refused. Problems: `invalid-fields`, `forbidden`, `storage-unavailable`. */
export async function changeLadders(
  actor: Actor,
  input: Readonly<Record<DueKind, string | null>>,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'notice.change');
  if (!allowed.ok) return allowed;
  const wrong: Record<string, string[]> = {};
  const is = { ...(await readLadders()) };
  const was = { ...is };
  for (const kind of DUE_KINDS) {
    const typed = input[kind];
    const ladder = typed === null ? null : readLadder(typed);
    if (ladder) is[kind] = ladder;
    else wrong[kind] = ['Give up to 20 numbers of days from 365 to -90, separated by commas.'];
  }
  if (Object.keys(wrong).length > 0) return wrongFields(wrong);
  const act = { action: 'notice.change-ladders', target: '', account: null, detail: { was, is } };
  const changed = await withAudit(actor, act, async () => {
    const stored = await mustStore(() => putLadderRows(is, actor.name));
    return stored.ok ? ok(null) : stored;
  });
  if (changed.ok) lookNow();
  return changed;
}

type Input = { fields: ChannelFields; target: Target | null };

async function readInput(
  kind: ChannelKind,
  input: ChannelInput,
  keepTarget: boolean,
): Promise<Result<Input>> {
  const accounts = await offeredAccounts();
  if (!accounts.ok) return accounts;
  const { smtp, noticeAllowPrivate: allowHttp } = settings();
  if (kind === 'mail' && !smtp)
    return wrongFields({ addresses: ['No mail server is set: the operator sets SMTP_URL and SMTP_FROM.'] });
  const slugs = accounts.value.map(({ slug }) => slug);
  const read = readChannel(kind, input, { accounts: slugs, keepTarget, allowHttp });
  if (!read.ok) return wrongFields(read.fields);
  const { fields, target } = read;
  const refused = target && 'url' in target ? refusedByName(target.url) : null;
  return refused ? wrongFields({ secretUrl: [refused] }) : ok({ fields, target });
}

/** How a target is stored: a webhook's address and the secret of its signatures are sealed. */
function columnsOf(target: Target, id: string, signWith: string | null): Pick<Channel, 'target' | 'sealed'> {
  const sealed = 'url' in target ? sealWebhook({ url: target.url.href, signWith }, id) : null;
  return { target: shownTarget(target), sealed };
}

function shownTarget(target: Target): string {
  return 'url' in target ? shownAddress(target.url) : target.addresses.join(', ');
}

function infoFields({ name, kinds, accounts, owner, digestHour }: ChannelFields): ChannelFields {
  return { name, kinds, accounts, owner, digestHour };
}

function withoutName({ kinds, accounts, owner, digestHour }: ChannelFields): Omit<ChannelFields, 'name'> {
  return { kinds, accounts, owner, digestHour };
}

function wrongFields(fields: Record<string, string[]>) {
  return fail('invalid-fields', 422, 'This channel or ladder cannot be.', 'Nothing was changed.', { fields });
}

function nameTaken(name: string) {
  return fail(
    'conflict',
    409,
    `There is a channel ${name} already.`,
    'Nothing was changed. Choose another name.',
    {
      fields: { name: ['This name is taken.'] },
    },
  );
}

function noChannel() {
  return fail(
    'not-found',
    404,
    'There is no such channel.',
    'Nothing was changed. It may have been removed.',
  );
}
