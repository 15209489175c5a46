// How far the scan of live EdgeWorkers versions is, how old what is known is, and the button for another one.
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { ageInWords } from '@/lib/domain/age';
import type { ScanView } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';
import { type ScanAction, ScanForm } from './scan-form';

type ScanStateProps = {
  account: string;
  /** Null when nothing was ever scanned. */
  scan: ScanView | null;
  /** All that is told is as of then, or later; null when nothing is known. */
  asOf: number | null;
  now: number;
  /** What the buttons do; null for who may only look. */
  actions: { scan: ScanAction; cancel: ScanAction } | null;
};

export function ScanState({ account, scan, asOf, now, actions }: ScanStateProps) {
  const isRunning = scan !== null && scan.endedAt === null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="text-m text-ink-2">
          {asOf === null ? 'Never scanned' : `Scanned ${ageInWords(asOf, now)}`}
        </p>
        {isRunning && <Progress scan={scan} />}
        {actions &&
          (isRunning ? (
            <ScanForm key="cancel" action={actions.cancel} account={account} submit="Cancel the scan" />
          ) : (
            <ScanForm key="scan" action={actions.scan} account={account} submit="Scan now" />
          ))}
      </div>
      {scan && <Trouble scan={scan} />}
      {isRunning && <Poll mark={`${scan.progress?.done} ${scan.held}`} />}
    </div>
  );
}

function Progress({ scan: { progress } }: { scan: ScanView }) {
  const words = progress
    ? `${progress.done} of ${progress.total} EdgeWorkers`
    : 'The EdgeWorkers are being listed';
  const tenths = progress ? Math.floor((progress.done * 10) / Math.max(1, progress.total)) : 0;
  return (
    <>
      <label className="flex items-center gap-2 text-m">
        {words}
        <progress value={progress?.done ?? 0} max={progress?.total || 1} className="w-32" />
      </label>
      {/* Not each step: somebody listens to it. */}
      <p role="status" className="sr-only">
        {`Scanning, ${tenths * 10} % done`}
      </p>
    </>
  );
}

function Trouble({ scan: { held, problem, isCancelled, progress } }: { scan: ScanView }) {
  if (held)
    return (
      <Notice look="attention" title="The scan waits." text={`${visibleText(held)} It goes on by itself.`} />
    );
  if (problem) return <Notice look="danger" title="The last scan ended early." text={visibleText(problem)} />;
  if (!isCancelled) return null;
  const looked = progress ? `It had looked at ${progress.done} of ${progress.total} EdgeWorkers.` : '';
  return <Notice look="attention" title="The last scan was cancelled." text={looked} />;
}
