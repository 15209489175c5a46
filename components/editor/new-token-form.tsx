'use client';
// The New token form: what the token may do, a live sentence of it, and a step of review before anything is sent.
// Everything is a plain form control, so that it works before and without JavaScript.
import { type KeyboardEvent, useState } from 'react';
import { Field, FieldErrors } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { nextAttempt } from '@/lib/domain/attempt';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Namespace } from '@/lib/domain/namespace';
import { NAME_PATTERN, type NamespacePermissions, NETWORKS } from '@/lib/domain/permissions';
import type { Problem } from '@/lib/domain/problem';
import {
  checkDraft,
  draftFromValues,
  draftToQuery,
  type FieldMessages,
  type TokenDraft,
} from '@/lib/domain/token-draft';
import { TOKEN_NAME_MAX } from '@/lib/domain/token-request';
import { visibleText } from '@/lib/domain/visible-text';
import { DraftAside } from './draft-aside';
import { EdgeWorkerPicker } from './edgeworker-picker';
import { PermissionGrid } from './permission-grid';

export type NewTokenState = {
  problem: Problem | null;
  values: Readonly<Record<string, readonly string[]>>;
  step: 'edit' | 'review';
};

type NewTokenFormProps = {
  action: (before: NewTokenState, form: FormData) => Promise<NewTokenState>;
  account: string;
  /** What the official CLI needs to get to the account. */
  cliOptions: string;
  draft: TokenDraft;
  namespaces: readonly Namespace[];
  /** Null when they cannot be read: ids are typed then. */
  edgeWorkers: readonly EdgeWorker[] | null;
  taken: readonly string[];
  /** The token it is copied from. */
  source: { name: string; permissions: NamespacePermissions } | null;
  attempt: string;
  /** Who may not create it prepares it, and hands the link on. */
  mayCreate: boolean;
};

export function NewTokenForm(props: NewTokenFormProps) {
  const { action, account, namespaces, edgeWorkers, taken, source, attempt, mayCreate } = props;
  const [state, send] = useFormAction(action, { problem: null, values: {}, step: 'edit' });
  const sent = state.values.name ? draftFromValues(state.values) : null;
  const [draft, setDraft] = useState<TokenDraft>(sent ?? props.draft);
  const networks = NETWORKS.filter((network) => draft.networks[network]);
  const notes = checkDraft(draft, namespaces);
  const isBlocked = notes.some((note) => note.severity === 'block');
  const errors: FieldMessages = state.problem?.fields ?? {};

  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    const isText = event.target instanceof HTMLInputElement && ['text', 'search'].includes(event.target.type);
    if (event.key !== 'Enter') return;
    if (event.ctrlKey) event.currentTarget.requestSubmit();
    // Enter in a filter must not send the form.
    else if (isText) event.preventDefault();
  };

  return (
    <form action={send} onKeyDown={onKeyDown} noValidate>
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="from" value={draft.from ?? ''} />
      <input
        type="hidden"
        name="attempt"
        value={nextAttempt(attempt, state.values.attempt?.[0], state.problem)}
      />
      {state.problem && (
        <div className="mb-5">
          <FormProblem
            problem={state.problem}
            reload={() => window.location.assign(`?${draftToQuery(draft)}`)}
          />
        </div>
      )}
      <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
        {state.step === 'review' ? (
          <Review draft={sent ?? draft} />
        ) : (
          <div className="grid min-w-0">
            <Row title="Name">
              <div className="max-w-96">
                <NameField
                  draft={draft}
                  taken={taken}
                  errors={errors.name}
                  onChange={(name) => setDraft({ ...draft, name })}
                />
              </div>
            </Row>
            <Row title="Networks">
              <div className="flex flex-wrap gap-5 text-m">
                {NETWORKS.map((network) => (
                  <label key={network} className="flex min-h-6 items-center gap-2 capitalize">
                    <input
                      type="checkbox"
                      name={network}
                      className="tick"
                      checked={draft.networks[network]}
                      onChange={(event) =>
                        setDraft({
                          ...draft,
                          networks: { ...draft.networks, [network]: event.target.checked },
                        })
                      }
                    />
                    {network}
                  </label>
                ))}
              </div>
              <FieldErrors id="networks-errors" errors={errors.networks} />
            </Row>
            <Row title="Permissions" wide>
              <FieldErrors id="permissions-errors" errors={errors.permissions} />
              <PermissionGrid
                namespaces={namespaces}
                networks={networks}
                permissions={draft.permissions}
                was={source?.permissions ?? null}
                onChange={(permissions) => setDraft({ ...draft, permissions })}
              />
            </Row>
            <Row title="EdgeWorkers">
              <FieldErrors id="edgeworkers-errors" errors={errors.edgeworkers} />
              <EdgeWorkerPicker
                chosen={draft.edgeWorkers}
                edgeWorkers={edgeWorkers}
                onChange={(chosen) => setDraft({ ...draft, edgeWorkers: chosen })}
              />
            </Row>
          </div>
        )}
        <DraftAside
          draft={state.step === 'review' ? (sent ?? draft) : draft}
          cliOptions={props.cliOptions}
          notes={notes}
          source={source}
        >
          {state.step === 'review' ? (
            <>
              {mayCreate && (
                <SubmitButton look="primary" name="intent" value="create">
                  Create token
                </SubmitButton>
              )}
              <SubmitButton name="intent" value="edit">
                Back to editing
              </SubmitButton>
            </>
          ) : (
            <button
              type="submit"
              name="intent"
              value="review"
              className="button"
              data-look="primary"
              data-after-grid
              aria-disabled={isBlocked}
            >
              {mayCreate ? 'Review and create' : 'Review'}
            </button>
          )}
        </DraftAside>
      </div>
    </form>
  );
}

function Row({ title, wide, children }: { title: string; wide?: boolean; children: React.ReactNode }) {
  return (
    <fieldset
      className={`min-w-0 border-t border-line py-5 first:border-t-0 first:pt-0 ${wide ? '' : 'sm:grid sm:grid-cols-[8.5rem_minmax(0,1fr)] sm:gap-x-6'}`}
    >
      <legend className="float-left mb-2 text-m font-semibold">{title}</legend>
      <div className={wide ? 'clear-both' : 'max-sm:clear-both'}>{children}</div>
    </fieldset>
  );
}

type NameFieldProps = {
  draft: TokenDraft;
  taken: readonly string[];
  errors: readonly string[] | undefined;
  onChange: (name: string) => void;
};

function NameField({ draft: { name }, taken, errors, onChange }: NameFieldProps) {
  const isTaken = taken.includes(name);
  const isWrong = name !== '' && !NAME_PATTERN.test(name);
  const hint = isTaken
    ? 'This name is taken.'
    : isWrong
      ? 'Use letters, digits, _ or -, not starting with -.'
      : name === ''
        ? 'Letters, digits, _ and -.'
        : 'Free. It cannot be changed later.';
  return (
    <Field
      name="name"
      label="Name of the token"
      value={name}
      onChange={(event) => onChange(event.target.value)}
      maxLength={TOKEN_NAME_MAX}
      autoComplete="off"
      spellCheck={false}
      errors={errors}
      hint={
        <span className="flex justify-between gap-3">
          <span className={isTaken || isWrong ? 'text-danger' : name === '' ? '' : 'text-ok'}>{hint}</span>
          <span>
            {name.length}/{TOKEN_NAME_MAX}
          </span>
        </span>
      }
    />
  );
}

/** What will be asked for, with every value of the form kept in it. */
function Review({ draft }: { draft: TokenDraft }) {
  const rows: [string, string][] = [
    ['Name', draft.name],
    ['Networks', NETWORKS.filter((network) => draft.networks[network]).join(', ')],
    [
      'EdgeWorkers',
      draft.edgeWorkers.mode === 'all' ? 'all of the account' : draft.edgeWorkers.ids.join(', '),
    ],
    ...[...draft.permissions].map(([name, held]): [string, string] => [`Namespace ${name}`, held.join(' ')]),
  ];
  return (
    <div className="grid min-w-0 gap-4">
      <h2>Review</h2>
      <input type="hidden" name="name" value={draft.name} />
      {NETWORKS.filter((network) => draft.networks[network]).map((network) => (
        <input key={network} type="hidden" name={network} value="on" />
      ))}
      {[...draft.permissions].flatMap(([name, held]) =>
        held.map((permission) => (
          <input
            key={`${name}:${permission}`}
            type="hidden"
            name="permission"
            value={`${name}:${permission}`}
          />
        )),
      )}
      <input type="hidden" name="edgeworkers" value={draft.edgeWorkers.mode} />
      <input type="hidden" name="edgeworker-ids" value={draft.edgeWorkers.ids.join(',')} />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 text-m">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-ink-3">{visibleText(label)}</dt>
            <dd className="font-mono [overflow-wrap:anywhere]">{visibleText(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="text-m text-ink-2">
        A token cannot be changed after it was made, only refreshed or revoked. Akamai activates it within
        minutes.
      </p>
    </div>
  );
}
