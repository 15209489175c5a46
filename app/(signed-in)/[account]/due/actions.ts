'use server';
// Answers to what is due. After one the list is as it was, with the next row in focus.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { parseDueQuery, printDueQuery } from '@/lib/domain/due-query';
import { type FormState, field, runAction } from '@/lib/services/action';
import { answerDue, reviewToken, showDueAgain } from '@/lib/services/due-answers';

export async function answerAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const text = (name: string) => field(form, name);
    const account = text('account');
    const state = text('state');
    const seen = { name: text('name'), uuid: text('uuid'), kind: text('kind'), day: text('day') };
    const days = { until: text('until'), otherDay: text('otherDay') };
    const answered =
      state === 'reviewed'
        ? await reviewToken(actor, account, seen, { ...days, remark: text('remark') })
        : state === 'open'
          ? await showDueAgain(actor, account, seen)
          : await answerDue(actor, account, seen, { ...days, state, reason: text('reason') });
    if (answered.ok) redirect(listAfter(account, state, text('back'), text('next')));
    return answered;
  });
}

/** The list in the state that `back` has, and of nothing else that a form may send. */
function listAfter(account: string, state: string, back: string, next: string): Route {
  const search = new URLSearchParams(
    printDueQuery(parseDueQuery(Object.fromEntries(new URLSearchParams(back)))),
  );
  search.set('done', state);
  return `/${encodeURIComponent(account)}/due?${search}#${encodeURIComponent(next)}` as Route;
}
