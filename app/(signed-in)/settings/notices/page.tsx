// Notices: who is told of which dates, on which days, and what became of it; calendars to subscribe to.
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { ChannelForm, RemoveForm, SwitchForm, TestForm } from '@/components/notices/channel-forms';
import { MakeFeedForm, RevokeFeedForm } from '@/components/notices/feed-forms';
import { LadderForm } from '@/components/notices/ladder-form';
import { SettingsNav } from '@/components/settings/settings-nav';
import { Modal } from '@/components/ui/modal';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import { utcTime } from '@/lib/domain/audit-act';
import { DUE_KIND_WORDS } from '@/lib/domain/due';
import { stepWords } from '@/lib/domain/notice';
import { CHANNEL_KIND_WORDS, CHANNEL_KINDS } from '@/lib/domain/notice-channel';
import { visibleText } from '@/lib/domain/visible-text';
import { type FeedInfo, listFeeds } from '@/lib/services/calendar-feeds';
import {
  type ChannelInfo,
  type Delivery,
  type NoticeSettings,
  readNoticeSettings,
} from '@/lib/services/notice-channels';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';
import {
  changeLaddersAction,
  makeFeedAction,
  removeChannelAction,
  revokeFeedAction,
  saveChannelAction,
  switchChannelAction,
  testChannelAction,
} from './actions';

export const metadata: Metadata = { title: 'Notices' };

const DONE: Readonly<Record<string, string>> = {
  added: 'The channel was added.',
  changed: 'The channel was changed.',
  on: 'The channel is on again.',
  off: 'The channel is off. What waited in it was given up.',
  removed: 'The channel was removed.',
  tested: 'The test was sent.',
  days: 'The days were saved.',
  revoked: 'The calendar was revoked. Its address is none from now on.',
};

type Sought = Readonly<Record<string, string | string[] | undefined>>;

export default async function NoticesPage({ searchParams }: PageProps<'/settings/notices'>) {
  const actor = await signedIn('/settings/notices');
  const sought = await searchParams;
  const page = pageIn(sought);
  const [settings, feeds] = [await readNoticeSettings(actor, page), await listFeeds(actor)];
  return (
    <PageFrame actor={actor} section="settings">
      <SettingsNav current="notices" level={actor.level} scope={actor.scope} />
      {settings.ok && feeds.ok ? (
        <Notices settings={settings.value} feeds={feeds.value} sought={sought} />
      ) : (
        <>
          {!settings.ok && <ProblemPage title="Notices" problem={settings.problem} />}
          {settings.ok && !feeds.ok && <ProblemPage title="Notices" problem={feeds.problem} />}
        </>
      )}
    </PageFrame>
  );
}

/** The page of deliveries that the address asks for. */
function pageIn({ page }: Sought): number {
  return typeof page === 'string' && /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1;
}

type Props = { settings: NoticeSettings; feeds: readonly FeedInfo[]; sought: Sought };

function Notices({ settings, feeds, sought }: Props) {
  const { channels, ladders, deliveries, hasOlder, accounts } = settings;
  const nameOf: NameOf = (slug) => accounts.find((one) => one.slug === slug)?.name ?? slug;
  const page = pageIn(sought);
  const said = typeof sought.done === 'string' ? DONE[sought.done] : undefined;
  const removed = channels.find(({ id }) => id === sought.remove);
  return (
    <>
      <div className="mb-5 grid gap-1">
        <h1>Notices</h1>
        <p className="max-w-[68ch] text-m text-ink-2">
          A channel tells a person or a team of the dates of tokens before they come. Each step is told at
          most once; what does not get through is tried again for a day.
        </p>
      </div>
      {said && (
        <div className="mb-5">
          <Notice look="ok" title={said} />
        </div>
      )}
      <div className="grid gap-10">
        <section aria-labelledby="channels" className="grid gap-4">
          <h2 id="channels">Channels</h2>
          {channels.length === 0 ? (
            <p className="text-m text-ink-2">There is no channel yet.</p>
          ) : (
            <ChannelTable channels={channels} nameOf={nameOf} />
          )}
          <ChannelEditor settings={settings} sought={sought} />
        </section>
        <section aria-labelledby="days" className="grid gap-4">
          <h2 id="days">Days</h2>
          <p className="max-w-[68ch] text-m text-ink-2">
            How many days before a date it is told: 0 is the day itself, -1 the day after. After a pause only
            the newest step is told.
          </p>
          <LadderForm action={changeLaddersAction} ladders={ladders} />
        </section>
        <section aria-labelledby="calendars" className="grid gap-4">
          <h2 id="calendars">Calendars</h2>
          <p className="max-w-[68ch] text-m text-ink-2">
            An address that calendar programs subscribe to. It holds names and dates of tokens, never a value.
          </p>
          {feeds.length > 0 && <FeedTable feeds={feeds} nameOf={nameOf} />}
          {sought.add === 'calendar' ? (
            <div className="max-w-96">
              <MakeFeedForm action={makeFeedAction} accounts={shown(accounts)} />
            </div>
          ) : (
            <p>
              <AddLink what="calendar">Make a calendar</AddLink>
            </p>
          )}
        </section>
        <section aria-labelledby="deliveries" className="grid gap-4">
          <h2 id="deliveries">Deliveries</h2>
          {deliveries.length === 0 ? (
            <p className="text-m text-ink-2">
              {page > 1 ? 'There are no older ones.' : 'Nothing was sent yet.'}
            </p>
          ) : (
            <DeliveryTable deliveries={deliveries} />
          )}
          {(page > 1 || hasOlder) && (
            <nav aria-label="Pages of deliveries" className="flex flex-wrap gap-2">
              {page > 1 && <PageLink page={page - 1}>Newer</PageLink>}
              {hasOlder && <PageLink page={page + 1}>Older</PageLink>}
            </nav>
          )}
        </section>
      </div>
      {removed && <RemoveDialog channel={removed} />}
    </>
  );
}

function shown(accounts: NoticeSettings['accounts']) {
  return accounts.map(({ slug, name }) => ({ slug, name: visibleText(name) }));
}

function PageLink({ page, children }: { page: number; children: string }) {
  const href = `/settings/notices?page=${page}#deliveries` as Route;
  return (
    <Link href={href} prefetch={false} className="button">
      {children}
    </Link>
  );
}

function AddLink({ what, children }: { what: string; children: string }) {
  return (
    <Link href={`/settings/notices?add=${what}` as Route} prefetch={false} scroll={false} className="button">
      {children}
    </Link>
  );
}

/** The form of the channel that the address names, or the links to it. */
function ChannelEditor({ settings: { channels, accounts, hasMail }, sought }: Omit<Props, 'feeds'>) {
  const edited = channels.find(({ id }) => id === sought.edit) ?? null;
  const kind = edited?.kind ?? CHANNEL_KINDS.find((one) => one === sought.add);
  return (
    <>
      <p className="flex flex-wrap gap-2">
        {CHANNEL_KINDS.map((one) => (
          <AddLink key={one} what={one}>
            {`Add: ${CHANNEL_KIND_WORDS[one]}`}
          </AddLink>
        ))}
      </p>
      {!hasMail && (
        <p className="text-s text-ink-3">
          For e-mail the operator sets <code>SMTP_URL</code> and <code>SMTP_FROM</code>.
        </p>
      )}
      {kind && (
        <div className="grid max-w-96 gap-4 rounded-control border border-line p-4">
          <h3>{edited ? `Change ${visibleText(edited.name)}` : CHANNEL_KIND_WORDS[kind]}</h3>
          <ChannelForm
            key={edited?.id ?? kind}
            action={saveChannelAction}
            kind={kind}
            channel={edited}
            accounts={shown(accounts)}
          />
        </div>
      )}
    </>
  );
}

/** On a card, a row of its own: what is in it is too long to stand beside something else. */
const WHOLE_ROW = 'max-cards:[grid-area:4/1/auto/-1] max-cards:justify-self-start max-cards:text-start';

function ChannelTable({ channels, nameOf }: { channels: readonly ChannelInfo[]; nameOf: NameOf }) {
  return (
    <table className="table cards">
      <caption className="sr-only">Channels</caption>
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">Tells</th>
          <th scope="col">When</th>
          <th scope="col">State</th>
          <th scope="col">
            <span className="sr-only">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {channels.map((channel) => (
          <ChannelRow key={channel.id} channel={channel} nameOf={nameOf} />
        ))}
      </tbody>
    </table>
  );
}

/** The name of an account; of one that is not there now its slug. */
type NameOf = (slug: string) => string;

function ChannelRow({ channel, nameOf }: { channel: ChannelInfo; nameOf: NameOf }) {
  const { id, kind, target, kinds, accounts, owner, digestHour, isOn, lacksTarget } = channel;
  const name = visibleText(channel.name);
  const link = (what: 'edit' | 'remove') => `/settings/notices?${what}=${encodeURIComponent(id)}` as Route;
  return (
    <tr>
      <th scope="row" className="c-name [overflow-wrap:anywhere]">
        <span className="block font-medium text-ink max-cards:text-l">{name}</span>
        <span className="block text-s font-normal text-ink-3">
          {CHANNEL_KIND_WORDS[kind]}: {visibleText(target)}
        </span>
      </th>
      <td className="c-perm">
        {kinds.map((one) => DUE_KIND_WORDS[one]).join(', ')}
        <span className="block text-s text-ink-3">
          {accounts === null ? 'all accounts' : visibleText(accounts.map(nameOf).join(', '))}
          {owner !== null && `, tokens of ${visibleText(owner)}`}
        </span>
      </td>
      <td className="c-date text-s text-ink-2">
        {digestHour === null ? 'at once' : `daily, ${String(digestHour).padStart(2, '0')}:00 UTC`}
      </td>
      <td className="c-status">
        {lacksTarget ? <Tag look="danger">address lost</Tag> : isOn ? 'on' : <Tag>off</Tag>}
      </td>
      <td className={`c-act ${WHOLE_ROW}`}>
        <div className="flex flex-wrap gap-1 max-cards:-ml-2.5">
          <TestForm action={testChannelAction} id={id} name={name} />
          <Link href={link('edit')} prefetch={false} scroll={false} className="button" data-look="plain">
            Edit<span className="sr-only"> {name}</span>
          </Link>
          <SwitchForm action={switchChannelAction} id={id} name={name} isOn={isOn} />
          <Link href={link('remove')} prefetch={false} scroll={false} className="button" data-look="plain">
            Remove<span className="sr-only"> {name}</span>
          </Link>
        </div>
      </td>
    </tr>
  );
}

function RemoveDialog({ channel: { id, name } }: { channel: ChannelInfo }) {
  return (
    <Modal labelledBy="remove-title" closeHref={'/settings/notices' as Route}>
      <h2 id="remove-title" className="mb-2 text-xl">
        Remove the channel {visibleText(name)}?
      </h2>
      <p className="mb-4 text-m text-ink-2">
        <b className="text-ink">This cannot be undone.</b> What waits in it is not sent, and the list of its
        deliveries goes too.
      </p>
      <RemoveForm action={removeChannelAction} id={id} />
    </Modal>
  );
}

function FeedTable({ feeds, nameOf }: { feeds: readonly FeedInfo[]; nameOf: NameOf }) {
  return (
    <table className="table cards">
      <caption className="sr-only">Calendars</caption>
      <thead>
        <tr>
          <th scope="col">Calendar</th>
          <th scope="col">Holds</th>
          <th scope="col">Made by</th>
          <th scope="col">Last read (UTC)</th>
          <th scope="col">
            <span className="sr-only">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {feeds.map(({ id, name, account, kinds, owner, lastUsedAt }) => (
          <tr key={id}>
            <th scope="row" className="c-name [overflow-wrap:anywhere]">
              {visibleText(name)}
            </th>
            <td className="c-perm">
              {kinds.map((one) => DUE_KIND_WORDS[one]).join(', ')}
              <span className="block text-s text-ink-3">{visibleText(nameOf(account))}</span>
            </td>
            <td className="c-nets text-ink-2 [overflow-wrap:anywhere]">
              {visibleText(owner ?? 'the operator')}
            </td>
            <td className="c-date text-s text-ink-2">
              {lastUsedAt === null ? 'never' : utcTime(lastUsedAt)}
            </td>
            <td className="c-act">
              <RevokeFeedForm action={revokeFeedAction} id={id} name={visibleText(name)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DeliveryTable({ deliveries }: { deliveries: readonly Delivery[] }) {
  return (
    <table className="table cards">
      <caption className="sr-only">Deliveries</caption>
      <thead>
        <tr>
          <th scope="col">Made (UTC)</th>
          <th scope="col">Channel</th>
          <th scope="col">Notices</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <th scope="row" className="c-date text-s text-ink-2">
              {utcTime(delivery.createdAt)}
            </th>
            <td className="c-name [overflow-wrap:anywhere]">{visibleText(delivery.channel)}</td>
            <td className="c-perm [overflow-wrap:anywhere]">{contentWords(delivery)}</td>
            <td className={`c-status ${WHOLE_ROW}`}>
              <DeliveryState delivery={delivery} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function contentWords({ isTest, notices, first }: Delivery): string {
  if (isTest) return 'a test';
  if (!first) return 'none';
  const one = `${visibleText(first.name)}: ${DUE_KIND_WORDS[first.kind]} ${first.day}, ${stepWords(first.step)}`;
  return notices === 1 ? one : `${one}, and ${notices - 1} more`;
}

const STATE_LOOKS = { queued: 'attention', sending: 'info', sent: 'ok', failed: 'danger' } as const;

function DeliveryState({ delivery: { state, tries, nextAt, words } }: { delivery: Delivery }) {
  return (
    <>
      <Tag look={STATE_LOOKS[state]}>{state === 'queued' && tries > 0 ? 'tried' : state}</Tag>
      <span className="block text-s text-ink-2">
        {words && visibleText(words)} {tries > 1 && `${tries} tries.`}{' '}
        {nextAt !== null && tries > 0 && `The next one is at ${utcTime(nextAt)} UTC.`}
      </span>
    </>
  );
}
