// A Problem as people see it: what happened, what is true now and what to do, and Akamai's request id in small.
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Problem } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { Icon } from './icon';

export function ProblemPanel({ problem, children }: { problem: Problem; children?: ReactNode }) {
  const { title, detail, upstream } = problem;
  return (
    <div
      role="alert"
      className="flex gap-2.5 rounded-control border border-danger-line bg-danger-soft px-3.5 py-3 text-m"
    >
      <span className="mt-0.5 text-danger">
        <Icon of={TriangleAlert} />
      </span>
      <div className="grid min-w-0 gap-1">
        <p className="font-semibold">{visibleText(title)}</p>
        <p className="text-ink-2">{visibleText(detail)}</p>
        {upstream && (
          <p className="text-s text-ink-2 [overflow-wrap:anywhere]">
            Akamai: {upstream.status}
            {upstream.errorCode && ` ${visibleText(upstream.errorCode)}`}
            {upstream.detail && ` “${visibleText(upstream.detail)}”`}
            {upstream.requestId && (
              <>
                {' · request id '}
                <code>{visibleText(upstream.requestId)}</code>
              </>
            )}
          </p>
        )}
        {children}
      </div>
    </div>
  );
}
