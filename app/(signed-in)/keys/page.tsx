// All keys of machines, and the form that makes one.
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { MakeKeyForm, RevokeKeyForm } from '@/components/keys/key-forms';
import { Modal } from '@/components/ui/modal';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import { limitWords } from '@/lib/domain/limits';
import { visibleText } from '@/lib/domain/visible-text';
import { type KeyInfo, listKeys } from '@/lib/services/keys';
import { PageFrame, ProblemPage } from '../page-frame';
import { signedIn } from '../signed-in';
import { makeKeyAction, revokeKeyAction } from './actions';

export const metadata: Metadata = { title: 'Keys' };

/** From so many days before its end on, a key says when it ends. */
const SOON_DAYS = 14;

export default async function KeysPage({ searchParams }: PageProps<'/keys'>) {
  const actor = await signedIn('/keys');
  const { revoke, done } = await searchParams;
  const keys = await listKeys(actor);
  return (
    <PageFrame actor={actor} section="keys">
      {keys.ok ? (
        <Keys keys={keys.value} isRevoked={done === 'revoked'} revoke={revoke} />
      ) : (
        <ProblemPage title="Keys" problem={keys.problem} />
      )}
    </PageFrame>
  );
}

type KeysProps = {
  keys: readonly KeyInfo[];
  isRevoked: boolean;
  /** What the address says about which key to revoke. */
  revoke: string | string[] | undefined;
};

function Keys({ keys, isRevoked, revoke }: KeysProps) {
  const active = keys.filter(({ state }) => state === 'active').length;
  const asked = keys.find(({ name, state }) => name === revoke && state !== 'revoked');
  return (
    <>
      <div className="mb-5 grid gap-1">
        <h1>Keys</h1>
        <p className="text-m text-ink-2">
          For machines: a key acts for who made it, with at most their role and limits. {keys.length}{' '}
          {keys.length === 1 ? 'key' : 'keys'}, {active} active. What they can call:{' '}
          <Link href={'/api-docs' as Route} prefetch={false}>
            HTTP API
          </Link>
          .
        </p>
      </div>
      {isRevoked && (
        <div className="mb-5">
          <Notice look="ok" title="The key was revoked. It is refused from now on." />
        </div>
      )}
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_19rem]">
        {keys.length === 0 ? (
          <p className="text-m text-ink-2">There is no key yet.</p>
        ) : (
          <KeyTable keys={keys} />
        )}
        <section aria-labelledby="make" className="grid max-w-96 gap-4">
          <h2 id="make">Make a key</h2>
          <MakeKeyForm action={makeKeyAction} />
        </section>
      </div>
      {asked && <RevokeDialog name={asked.name} />}
    </>
  );
}

function KeyTable({ keys }: { keys: readonly KeyInfo[] }) {
  return (
    <table className="table cards">
      <caption className="sr-only">Keys</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Role and limits</th>
          <th scope="col">Owner</th>
          <th scope="col">Days (UTC)</th>
          <th scope="col">State</th>
          <th scope="col">
            <span className="sr-only">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <KeyRow key={key.name} info={key} />
        ))}
      </tbody>
    </table>
  );
}

function KeyRow({ info }: { info: KeyInfo }) {
  const { name, prefix, role, level, limits, owner, state } = info;
  return (
    <tr>
      <th scope="row" className="c-name [overflow-wrap:anywhere]">
        <span className="block font-medium text-ink max-cards:text-l">{visibleText(name)}</span>
        {prefix && <code className="text-s text-ink-3">{prefix}…</code>}
      </th>
      <td className="c-perm">
        {level === role ? role : `${level} (made as ${role})`}
        <span className="block text-s text-ink-3">{visibleText(limitWords(limits)) || 'no limits'}</span>
      </td>
      <td className="c-nets text-ink-2 [overflow-wrap:anywhere]">{visibleText(owner ?? 'the operator')}</td>
      <td className="c-date text-s whitespace-nowrap text-ink-2">
        <span className="block">created {day(info.createdAt)}</span>
        <span className="block">
          {info.expiresAt === null ? 'does not end' : `ends ${day(info.expiresAt)}`}
        </span>
        <span className="block">
          {info.lastUsedAt === null ? 'never used' : `last used ${day(info.lastUsedAt)}`}
        </span>
      </td>
      <td className="c-status">
        <State info={info} />
      </td>
      <td className="c-act">
        {state !== 'revoked' && (
          <Link
            href={`/keys?revoke=${encodeURIComponent(name)}` as Route}
            prefetch={false}
            scroll={false}
            className="button"
            data-look="plain"
          >
            Revoke<span className="sr-only"> {visibleText(name)}</span>
          </Link>
        )}
      </td>
    </tr>
  );
}

function State({ info: { state, daysLeft } }: { info: KeyInfo }) {
  if (state === 'revoked' || state === 'expired') return <Tag>{state}</Tag>;
  if (state === 'owner disabled') return <Tag look="attention">{state}</Tag>;
  if (daysLeft === null || daysLeft > SOON_DAYS) return 'active';
  return (
    <Tag look="attention">
      expires in {daysLeft} {daysLeft === 1 ? 'day' : 'days'}
    </Tag>
  );
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function RevokeDialog({ name }: { name: string }) {
  return (
    <Modal labelledBy="revoke-title" closeHref={'/keys' as Route}>
      <h2 id="revoke-title" className="mb-2 text-xl">
        Revoke the key {visibleText(name)}?
      </h2>
      <p className="mb-4 text-m text-ink-2">
        <b className="text-ink">This cannot be undone.</b> Whatever uses it is refused from its next request
        on.
      </p>
      <RevokeKeyForm action={revokeKeyAction} name={name} />
    </Modal>
  );
}
