'use client';
// A form and its server action: a call that failed is told in the form, and what was typed stays.
import { unstable_isUnrecognizedActionError, unstable_rethrow } from 'next/navigation';
import { useActionState } from 'react';
import { appUpdated, failedCall } from '@/lib/domain/failed-call';
import { type FormValues, formValues } from '@/lib/domain/form-values';
import type { Problem } from '@/lib/domain/problem';
import { useHydrated } from './use-hydrated';

type State = { problem: Problem | null; values: FormValues };

/** As `useActionState`, but an action that fails becomes a state with a Problem instead of an error of the whole page. */
export function useFormAction<S extends State>(
  action: (before: S, form: FormData) => Promise<S>,
  start: Awaited<S>,
) {
  const guarded = async (before: Awaited<S>, form: FormData): Promise<S> => {
    try {
      return await action(before, form);
    } catch (error) {
      return { ...before, problem: problemOf(error), values: formValues(form) };
    }
  };
  // Until React runs it must be the server's own: only that is written into the page as a form without script.
  return useActionState(useHydrated() ? guarded : action, start);
}

/** The Problem of what a server action threw in the browser. A redirect is none: it is thrown on. */
export function problemOf(error: unknown): Problem {
  unstable_rethrow(error);
  return unstable_isUnrecognizedActionError(error) ? appUpdated() : failedCall(error);
}
