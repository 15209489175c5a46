'use server';
// What is done with many tokens: a run of refreshes, or one part of their notes.
import { redirect } from 'next/navigation';
import type { NotedState } from '@/components/bulk/job-forms';
import { runHref } from '@/components/bulk/run-parts';
import { type FormState, field, fields, runAction } from '@/lib/services/action';
import { beginRun } from '@/lib/services/bulk';
import { type ChangedNotes, changeNotes } from '@/lib/services/notes';

export async function beginRunAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const account = field(form, 'account');
    const begun = await beginRun(actor, account, fields(form, 't'), field(form, 'attempt'));
    if (begun.ok) redirect(runHref(account, begun.value.id));
    return begun;
  });
}

export async function changeNotesAction(_before: NotedState, form: FormData): Promise<NotedState> {
  const done: { notes: ChangedNotes | null } = { notes: null };
  const state = await runAction(form, async (actor) => {
    const part =
      field(form, 'job') === 'owner'
        ? { owner: field(form, 'owner') }
        : { reviewBy: field(form, 'reviewBy') };
    const changed = await changeNotes(actor, field(form, 'account'), fields(form, 't'), part);
    if (changed.ok) done.notes = changed.value;
    return changed;
  });
  return {
    ...state,
    noted: done.notes && {
      changed: done.notes.changed.length,
      failed: done.notes.failed.map(({ name, problem }) => ({
        name,
        words: `${problem.title} ${problem.detail}`,
      })),
    },
  };
}
