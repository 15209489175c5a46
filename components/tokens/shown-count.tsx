// The line above a table of tokens: how many are shown, and how far the reading of details has come.
import type { ReactNode } from 'react';

type Props = {
  matching: number;
  /** Tokens that may match: their details are not known yet. */
  undecided: number;
  pending: number;
  total: number;
  /** What stands at its end. */
  children?: ReactNode;
};

export function ShownCount({ matching, undecided, pending, total, children }: Props) {
  return (
    <div className="mt-3 flex min-h-8 flex-wrap items-center gap-3 text-s text-ink-3">
      <p role="status">
        <b className="font-semibold text-ink-2">{matching} shown</b>
        {undecided > 0 && `, and ${undecided} whose details are not known yet`}
      </p>
      {pending > 0 && (
        <label className="flex items-center gap-2">
          Details {total - pending} of {total}
          <progress value={total - pending} max={total} className="w-24" />
        </label>
      )}
      {children}
    </div>
  );
}
