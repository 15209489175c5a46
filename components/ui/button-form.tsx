'use client';
// A form of a button alone, whose action answers nothing. When the call fails, a note tells; the rest of the page, which
// may hold what somebody typed, stays.
import { type ReactNode, useState } from 'react';
import type { Problem } from '@/lib/domain/problem';
import { FormProblem } from './form-problem';
import { problemOf } from './use-form-action';
import { useHydrated } from './use-hydrated';

type Props = { action: (form: FormData) => Promise<void>; className?: string; children: ReactNode };

export function ButtonForm({ action, className, children }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const guarded = async (form: FormData) => {
    try {
      await action(form);
      setProblem(null);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <form action={useHydrated() ? guarded : action} className={className}>
      {children}
      {problem && (
        <div className="fixed inset-x-4 bottom-16 z-30 mx-auto max-w-[30rem] rounded-control bg-raised text-ink shadow-float sm:bottom-4">
          <FormProblem problem={problem} />
        </div>
      )}
    </form>
  );
}
