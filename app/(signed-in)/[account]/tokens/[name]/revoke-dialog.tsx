// Revoking a token with open eyes: what would get 401 and where, and the way round it.
import type { Route } from 'next';
import Link from 'next/link';
import { newDeploymentHref } from '@/components/deployments/hrefs';
import { ChangeForm } from '@/components/tokens/change-form';
import { Modal } from '@/components/ui/modal';
import { ageInWords } from '@/lib/domain/age';
import { joinWords, NETWORKS } from '@/lib/domain/permissions';
import { doubtSentence, type KnownUse, revokeDoubt } from '@/lib/domain/revoke-check';
import type { Token, TokenDetails } from '@/lib/domain/token';
import type { LiveUse } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';
import type { Actor } from '@/lib/services/session';
import { currentTime, newAttempt } from '@/lib/services/surroundings';
import { readUsage, type Usage } from '@/lib/services/usage';
import type { revokeAction } from './actions';

type Props = {
  action: typeof revokeAction;
  actor: Actor;
  account: string;
  token: Token;
  /** Of EdgeWorkers, by ID. */
  names: ReadonlyMap<string, string>;
  path: string;
};

/** As many live versions are named; the section of the page has all. */
const SHOWN_MAX = 12;

export async function RevokeDialog({ action, actor, account, token, names, path }: Props) {
  const read = await readUsage(actor, account, 'briefly');
  const known = read.ok ? knownUse(read.value, token) : { usage: null, asOf: null, isBeingDeployed: false };
  const doubt = revokeDoubt(known, currentTime());
  const name = visibleText(token.name);
  const on = token.details ? NETWORKS.filter((network) => token.details?.networks[network]) : [];
  return (
    <Modal labelledBy="revoke-title" closeHref={path as Route}>
      <h2 id="revoke-title" className="mb-2 text-xl">
        Revoke {name}?
      </h2>
      <div className="mb-4 grid gap-3 text-m text-ink-2">
        <p>
          <b className="text-ink">This cannot be undone.</b> Every EdgeWorker version whose bundle holds this
          token gets HTTP 401 from EdgeKV
          {on.length > 0 && ` on ${joinWords(on)}`}.
        </p>
        {token.details && (
          <p>
            It gives access to <code>{visibleText([...token.details.permissions.keys()].join(', '))}</code>.
          </p>
        )}
        <p className={doubt === null ? '' : 'text-ink'}>
          {doubt === null
            ? 'No live version of any EdgeWorker holds it'
            : visibleText(doubtSentence(token.name, doubt, known)).replace(/\.$/, '')}
          {known.asOf === null || doubt === 'deploying'
            ? '.'
            : `, as of ${ageInWords(known.asOf, currentTime())}.`}
        </p>
        {known.usage && known.usage.uses.length > 0 && <WhatBreaks uses={known.usage.uses} path={path} />}
        {known.usage && known.usage.maybe.length > 0 && (
          <div>
            <p>These may use it too:</p>
            <ul className="ml-4 list-disc">
              {known.usage.maybe.slice(0, SHOWN_MAX).map(({ edgeWorker, version, why }) => (
                <li key={`${edgeWorker.id} ${version} ${why}`}>
                  {edgeWorker.id} {visibleText(edgeWorker.name)} {version && visibleText(version)}:{' '}
                  {visibleText(why)}
                </li>
              ))}
            </ul>
          </div>
        )}
        {doubt !== null && doubt !== 'used' && token.details && (
          <p>It is allowed for: {visibleText(allowedFor(token.details, names)) || 'no EdgeWorker'}.</p>
        )}
        {doubt !== null && <InsteadLinks account={account} name={token.name} isUsed={doubt === 'used'} />}
      </div>
      <ChangeForm
        action={action}
        account={account}
        name={token.name}
        attempt={newAttempt()}
        submit={`Revoke ${name}`}
        look="danger"
        keep="Keep token"
        keepHref={path as Route}
        mustType={doubt !== null}
      />
    </Modal>
  );
}

function allowedFor({ edgeWorkers }: TokenDetails, names: ReadonlyMap<string, string>): string {
  if (edgeWorkers === 'all') return 'any EdgeWorker of the account';
  return edgeWorkers.map((id) => `${id} ${names.get(id) ?? ''}`.trim()).join(', ');
}

function knownUse({ scan, asOf, index, beingDeployed }: Usage, { uuid, name }: Token): KnownUse {
  const isBeingDeployed = beingDeployed.has(name);
  const usage = scan ? (index.ofToken.get(uuid) ?? null) : null;
  return { usage, asOf: scan ? asOf : null, isBeingDeployed };
}

function WhatBreaks({ uses, path }: { uses: readonly LiveUse[]; path: string }) {
  return (
    <div>
      <p>These get 401:</p>
      <ul className="ml-4 list-disc text-ink">
        {uses.slice(0, SHOWN_MAX).map(({ edgeWorker, version, networks }) => (
          <li key={`${edgeWorker.id} ${version} ${networks.join()}`}>
            {edgeWorker.id} {visibleText(edgeWorker.name)} {visibleText(version)} on {joinWords(networks)}
          </li>
        ))}
      </ul>
      {uses.length > SHOWN_MAX && (
        <p>
          And {uses.length - SHOWN_MAX} more: <Link href={`${path}#used-by` as Route}>see all</Link>.
        </p>
      )}
    </div>
  );
}

/** The safe way: another token first, in the bundles, and only then revoke this one. */
function InsteadLinks({ account, name, isUsed }: { account: string; name: string; isUsed: boolean }) {
  const base = `/${encodeURIComponent(account)}`;
  const from = encodeURIComponent(name);
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1">
      <Link href={`${base}/tokens/new?from=${from}` as Route} prefetch={false}>
        Duplicate it first
      </Link>
      {isUsed && (
        <Link href={newDeploymentHref(account, { replaces: name })} prefetch={false}>
          Put another token into these versions
        </Link>
      )}
      {!isUsed && (
        <Link href={`${base}/edgeworkers` as Route} prefetch={false}>
          Scan the live versions
        </Link>
      )}
    </p>
  );
}
