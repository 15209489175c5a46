'use client';
// The forms of channels. A secret that was made is shown in the answer itself, and nowhere else.
import type { Route } from 'next';
import Link from 'next/link';
import { CopyButton } from '@/components/ui/copy-button';
import { Field, FieldErrors } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import {
  CHANNEL_LIMITS,
  type ChannelFields,
  type ChannelKind,
  USUAL_KINDS,
} from '@/lib/domain/notice-channel';
import type { Problem } from '@/lib/domain/problem';
import { DateFields } from './date-fields';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };
type ChannelState = State & { made?: { name: string; secret: string | null } };
type Action<S extends State> = (before: S, form: FormData) => Promise<S>;
const START: State = { problem: null, values: {} };

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

type ChannelFormProps = {
  action: Action<ChannelState>;
  kind: ChannelKind;
  /** Null: a new one. */
  channel: (ChannelFields & { id: string; target: string }) | null;
  accounts: readonly { slug: string; name: string }[];
};

/** Adds a channel, or changes one. */
export function ChannelForm({ action, kind, channel, accounts }: ChannelFormProps) {
  const [{ problem, values, made }, send] = useFormAction<ChannelState>(action, START);
  const typed = Object.keys(values).length > 0;
  const usualWhen = channel?.digestHour === undefined ? 'now' : (channel.digestHour?.toString() ?? 'now');
  const accountsChosen = typed ? (values.accounts ?? []) : (channel?.accounts ?? []);
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      {made?.secret && <MadeSecret name={made.name} secret={made.secret} />}
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="id" value={channel?.id ?? ''} />
      <Field
        name="name"
        label="Name"
        hint="The person or team that is told."
        autoComplete="off"
        required
        maxLength={CHANNEL_LIMITS.name}
        defaultValue={values.name?.[0] ?? channel?.name}
        errors={problem?.fields?.name}
      />
      {kind === 'mail' ? (
        <Field
          name="addresses"
          label="E-mail addresses"
          hint="Separated by commas."
          autoComplete="off"
          required
          defaultValue={values.addresses?.[0] ?? channel?.target}
          errors={problem?.fields?.addresses}
        />
      ) : (
        <Field
          name="secretUrl"
          label="Address of the webhook"
          hint={
            channel
              ? `It is kept secret. Leave it empty to keep ${channel.target}`
              : 'It is kept secret: only its server is shown later.'
          }
          type="url"
          autoComplete="off"
          spellCheck={false}
          required={!channel}
          placeholder="https://"
          errors={problem?.fields?.secretUrl}
        />
      )}
      <DateFields
        key={`dates-${values.dates?.join()}`}
        chosen={typed ? (values.dates ?? []) : (channel?.kinds ?? USUAL_KINDS)}
        errors={problem?.fields?.dates ?? problem?.fields?.kinds}
      />
      <fieldset className="grid gap-1.5">
        <legend className="mb-1.5 text-m font-medium">Accounts</legend>
        {accounts.map(({ slug, name }) => (
          <label key={slug} className="flex items-center gap-2 text-m">
            <input
              type="checkbox"
              name="accounts"
              value={slug}
              defaultChecked={accountsChosen.includes(slug)}
            />
            {name}
          </label>
        ))}
        <p className="text-s text-ink-3">None chosen: all of them.</p>
        <FieldErrors id="field-accounts-errors" errors={problem?.fields?.accounts} />
      </fieldset>
      <Field
        name="owner"
        label="Only tokens of this owner"
        autoComplete="off"
        maxLength={CHANNEL_LIMITS.owner}
        placeholder="all"
        defaultValue={values.owner?.[0] ?? channel?.owner ?? ''}
        errors={problem?.fields?.owner}
      />
      <div className="grid content-start gap-1.5">
        <label htmlFor="field-when" className="text-m font-medium">
          When
        </label>
        <select
          // A select keeps what React once gave it: another answer is another field.
          key={`when-${values.when?.[0]}`}
          id="field-when"
          name="when"
          defaultValue={values.when?.[0] ?? usualWhen}
          className="box"
        >
          <option value="now">as soon as a day comes</option>
          {HOURS.map((hour) => (
            <option key={hour} value={hour}>
              once a day, at {String(hour).padStart(2, '0')}:00 UTC
            </option>
          ))}
        </select>
        <FieldErrors id="field-when-errors" errors={problem?.fields?.when} />
      </div>
      {channel && kind === 'webhook' && (
        <label className="flex items-center gap-2 text-m">
          <input type="checkbox" name="renew" />
          Make another secret for its signatures
        </label>
      )}
      <p className="flex flex-wrap gap-2">
        <SubmitButton look="primary">{channel ? 'Save the channel' : 'Add the channel'}</SubmitButton>
        <Link href={'/settings/notices' as Route} prefetch={false} className="button">
          Close
        </Link>
      </p>
    </form>
  );
}

function MadeSecret({ name, secret }: { name: string; secret: string }) {
  return (
    <div
      role="status"
      className="grid gap-2 rounded-control border border-ok-line bg-ok-soft px-3.5 py-3 text-m"
    >
      <p>
        <b className="font-semibold">Copy the secret of {name} now.</b>{' '}
        <span className="text-ink-2">
          It is not shown again. With it the receiver checks Token-Desk-Signature: HMAC-SHA256 of
          Token-Desk-Timestamp, a dot and the body.
        </span>
      </p>
      <p className="flex flex-wrap items-center gap-2">
        <code className="min-w-0 [overflow-wrap:anywhere]">{secret}</code>
        <CopyButton text={secret} label="Copy the secret" />
      </p>
    </div>
  );
}

type ButtonProps = { action: Action<State>; id: string; name: string };

/** Below all buttons of the row. */
function Told({ problem }: { problem: Problem | null }) {
  return (
    problem && (
      <div className="order-last basis-full">
        <FormProblem problem={problem} />
      </div>
    )
  );
}

/** Sends a test; what went wrong is told below it. */
export function TestForm({ action, id, name }: ButtonProps) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="contents">
      <input type="hidden" name="id" value={id} />
      <SubmitButton look="plain">
        Send a test<span className="sr-only"> to {name}</span>
      </SubmitButton>
      <Told problem={problem} />
    </form>
  );
}

/** Switches a channel off, or on again. */
export function SwitchForm({ action, id, name, isOn }: ButtonProps & { isOn: boolean }) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="contents">
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="on" value={isOn ? 'no' : 'yes'} />
      <SubmitButton look="plain">
        {isOn ? 'Switch off' : 'Switch on'}
        <span className="sr-only"> {name}</span>
      </SubmitButton>
      <Told problem={problem} />
    </form>
  );
}

/** The confirm step of removing a channel. */
export function RemoveForm({ action, id }: { action: Action<State>; id: string }) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="id" value={id} />
      <p className="flex flex-wrap justify-end gap-2">
        <Link href={'/settings/notices' as Route} prefetch={false} className="button" data-safe>
          Keep the channel
        </Link>
        <SubmitButton look="danger">Remove the channel</SubmitButton>
      </p>
    </form>
  );
}
