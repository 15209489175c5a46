'use client';
// The forms that answer to a date. Each keeps what was typed when it was refused.
import type { ReactNode } from 'react';
import { Field, FieldErrors } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { ANSWER_LIMITS, type DayChoice } from '@/lib/domain/due-answer';
import type { Problem } from '@/lib/domain/problem';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };

export type AnswerTarget = {
  action: (before: State, form: FormData) => Promise<State>;
  /** What is answered, and where to go on. */
  hidden: Readonly<Record<string, string>>;
};

type AnswerFormProps = AnswerTarget & {
  state: string;
  submit: string;
  look?: 'primary';
  /** The step behind which the form is, if it is: one of them is open at a time, and one that was refused stays so. */
  step?: string;
  lead?: string;
  children?: (shown: State) => ReactNode;
};

function AnswerForm({ action, hidden, state, submit, look, step, lead, children }: AnswerFormProps) {
  const [shown, send] = useFormAction(action, { problem: null, values: {} });
  const form = (
    <form action={send} className="grid gap-3">
      {lead && <p className="text-m text-ink-2">{lead}</p>}
      {shown.problem && <FormProblem problem={shown.problem} />}
      {Object.entries({ ...hidden, state }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children?.(shown)}
      <p>
        <SubmitButton {...(look ? { look } : {})}>{submit}</SubmitButton>
      </p>
    </form>
  );
  if (!step) return form;
  return (
    <details name="answer" open={shown.problem !== null} className="border-t border-line py-2">
      <summary className="button -ml-2" data-look="plain">
        {step}
      </summary>
      <div className="pt-1 pb-1">{form}</div>
    </details>
  );
}

type DaysProps = {
  shown: State;
  scope: string;
  label: string;
  choices: readonly DayChoice[];
  usual: string | null;
  /** The last day that can be given. */
  latest: string;
  isFirst?: boolean;
};

/** Days to choose from, and a field for another one behind a step: its parts would be in everybody's way. */
function Days({ shown: { problem, values }, scope, label, choices, usual, latest, isFirst }: DaysProps) {
  const id = `until-${scope}`;
  const chosen = values.until?.[0] ?? usual ?? '';
  const other = values.otherDay?.[0] ?? '';
  return (
    <div className="grid content-start gap-1.5" key={`${chosen} ${other}`}>
      <label htmlFor={id} className="text-m font-medium">
        {label}
      </label>
      <select
        id={id}
        name="until"
        defaultValue={chosen}
        className="box"
        aria-describedby={problem?.fields?.until ? `${id}-errors` : undefined}
        {...(isFirst ? { 'data-safe': '' } : {})}
      >
        {choices.map(({ day, words }) => (
          <option key={day} value={day}>
            {words}
          </option>
        ))}
      </select>
      <FieldErrors id={`${id}-errors`} errors={problem?.fields?.until} />
      <details className="-ml-2" open={other !== ''}>
        <summary className="button" data-look="plain">
          Another day
        </summary>
        <div className="mt-1.5 ml-2">
          <Field
            name="otherDay"
            scope={scope}
            label="On"
            type="date"
            max={latest}
            defaultValue={other}
            errors={problem?.fields?.otherDay}
          />
        </div>
      </details>
    </div>
  );
}

type ChoiceProps = AnswerTarget & Pick<DaysProps, 'choices' | 'usual' | 'latest'>;

export function ReviewForm({ choices, usual, latest, ...target }: ChoiceProps) {
  return (
    <AnswerForm {...target} state="reviewed" submit="Reviewed, keep" look="primary">
      {(shown) => (
        <>
          <Days
            {...{ shown, choices, usual, latest }}
            scope="reviewed"
            label="Review it again"
            isFirst={true}
          />
          <Field
            name="remark"
            label="Remark, if any"
            autoComplete="off"
            maxLength={ANSWER_LIMITS.reason}
            defaultValue={shown.values.remark?.[0] ?? ''}
            errors={shown.problem?.fields?.remark}
          />
        </>
      )}
    </AnswerForm>
  );
}

export function AcknowledgeForm({ lead, ...target }: AnswerTarget & { lead: string }) {
  return (
    <AnswerForm {...target} state="acknowledged" submit="Acknowledge" step="Acknowledge…" lead={lead}>
      {(shown) => <Reason shown={shown} scope="acknowledged" />}
    </AnswerForm>
  );
}

export function SnoozeForm({ choices, usual, latest, ...target }: ChoiceProps) {
  return (
    <AnswerForm
      {...target}
      state="snoozed"
      submit="Snooze"
      step="Snooze…"
      lead="Not on the list and in no notice before a day."
    >
      {(shown) => (
        <>
          <Days {...{ shown, choices, usual, latest }} scope="snoozed" label="Show it again" />
          <Reason shown={shown} scope="snoozed" />
        </>
      )}
    </AnswerForm>
  );
}

export function ShowAgainForm(target: AnswerTarget) {
  return <AnswerForm {...target} state="open" submit="Show again" />;
}

function Reason({ shown: { problem, values }, scope }: { shown: State; scope: string }) {
  return (
    <Field
      name="reason"
      scope={scope}
      label="Reason"
      autoComplete="off"
      required
      maxLength={ANSWER_LIMITS.reason}
      defaultValue={values.reason?.[0] ?? ''}
      errors={problem?.fields?.reason}
    />
  );
}
