'use client';
// A Problem at the head of a form, drawn in the browser after the form was sent. Icon-free: it comes in client bundles.
import type { Problem } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { SignInAgain } from './sign-in-again';

type Props = {
  problem: Problem;
  /** What loads the page of the present build; a form that can take what was typed along says how. */
  reload?: () => void;
};

export function FormProblem({ problem, reload = () => window.location.reload() }: Props) {
  const { code, title, detail, upstream } = problem;
  return (
    <div
      role="alert"
      className="grid gap-1 rounded-control border border-danger-line bg-danger-soft px-3.5 py-3 text-m"
    >
      <p className="font-semibold">{visibleText(title)}</p>
      <p className="text-ink-2">{visibleText(detail)}</p>
      <SignInAgain problem={problem} />
      {code === 'app-updated' && (
        <p className="mt-1">
          <button type="button" className="button" onClick={reload}>
            Load the page again
          </button>
        </p>
      )}
      {upstream?.requestId && (
        <p className="text-s text-ink-2">
          Akamai: {upstream.status} {visibleText(upstream.detail ?? '')} · request id{' '}
          <code>{visibleText(upstream.requestId)}</code>
        </p>
      )}
    </div>
  );
}
