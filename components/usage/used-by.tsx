// Which live versions use one token, and which may.
import { Tag } from '@/components/ui/tag';
import { countUses, type LiveUse, MATCH_WORDS, type MaybeUse, type TokenUsage } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';
import { EdgeWorkerLink, LiveOn, Some, VersionFindings } from './usage-parts';

type UsedByProps = {
  account: string;
  /** Null when nothing was ever scanned, or not since the token is there. */
  usage: TokenUsage | null;
};

export function UsedBy({ account, usage }: UsedByProps) {
  if (usage === null) return <p className="text-m text-ink-2">Which live versions hold it is unknown.</p>;
  const { state, uses, maybe } = usage;
  const { all, onProduction } = countUses(usage);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 text-m">
      {state === 'used' && (
        <div>
          <p className="text-ink-2">
            {all === 1 ? '1 EdgeWorker' : `${all} EdgeWorkers`}, {onProduction === 0 ? 'none' : onProduction}{' '}
            on production
          </p>
          <Some shown={10} className="grid">
            {uses.map((use) => (
              <Use
                key={`${use.edgeWorker.id} ${use.version} ${use.networks.join()}`}
                account={account}
                use={use}
              />
            ))}
          </Some>
        </div>
      )}
      {state === 'unused' && <p>Unused: no live version of any EdgeWorker holds it.</p>}
      {state === 'unknown' && maybe.length === 0 && (
        <p>Unknown: the EdgeWorkers of the account are not all known yet.</p>
      )}
      {maybe.length > 0 && <Maybe account={account} maybe={maybe} isUsed={state === 'used'} />}
    </div>
  );
}

function Use({ account, use }: { account: string; use: LiveUse }) {
  const { edgeWorker, version, networks, matchedBy, entries, findings } = use;
  const isGrave = findings.some(({ severity }) => severity !== 'info');
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 border-b border-line py-2 [overflow-wrap:anywhere]">
      <span className="leading-6">
        <LiveOn networks={networks} />
      </span>
      <div className="grid min-w-0 gap-0.5">
        <p className="leading-6">
          <EdgeWorkerLink account={account} edgeWorker={edgeWorker} /> <code>{visibleText(version)}</code>
        </p>
        <p className="text-ink-2">
          {distinct(entries).map(({ path, key, isInlined }, index) => (
            <span key={`${path} ${key}`}>
              {index > 0 && ', '}
              <code>{visibleText(key)}</code> in <code>{visibleText(path)}</code>
              {isInlined && ' (code)'}
            </span>
          ))}
          , {MATCH_WORDS[matchedBy]}
        </p>
        {isGrave ? (
          <VersionFindings findings={findings} />
        ) : (
          findings.length > 0 && (
            <details>
              <summary className="button -ml-2" data-look="plain">
                {findings.length === 1 ? '1 note' : `${findings.length} notes`}
              </summary>
              <VersionFindings findings={findings} />
            </details>
          )
        )}
      </div>
    </li>
  );
}

function distinct(entries: LiveUse['entries']): LiveUse['entries'] {
  return [...new Map(entries.map((one) => [`${one.path} ${one.key}`, one])).values()];
}

type MaybeProps = { account: string; maybe: readonly MaybeUse[]; isUsed: boolean };

function Maybe({ account, maybe, isUsed }: MaybeProps) {
  return (
    <div className="grid gap-1">
      <p>
        <Tag look="info">unknown</Tag>{' '}
        {isUsed
          ? 'More may use it: these could not be read in full.'
          : 'It may be used: these could not be read in full.'}
      </p>
      <Some shown={5} className="grid gap-1">
        {maybe.map(({ edgeWorker, version, why }) => (
          <li key={`${edgeWorker.id} ${version} ${why}`} className="[overflow-wrap:anywhere]">
            <EdgeWorkerLink account={account} edgeWorker={edgeWorker} />
            {version !== null && (
              <>
                {' '}
                <code>{visibleText(version)}</code>
              </>
            )}
            <span className="text-ink-2">: {visibleText(why)}</span>
          </li>
        ))}
      </Some>
    </div>
  );
}
