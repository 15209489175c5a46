// Which token goes into which live versions: a plain GET form that leads to the preview.

import type { Route } from 'next';
import Link from 'next/link';
import { edgeWorkerWords, LiveOn } from '@/components/usage/usage-parts';
import { printBase } from '@/lib/domain/deployment';
import type { LiveVersion } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';

export type LiveChoice = LiveVersion & {
  /** The tokens that it holds. */
  tokens: readonly string[];
  isChosen: boolean;
};

type ChoiceFormProps = {
  action: Route;
  token: string | null;
  replaces: string | null;
  /** To put in; `fitting` ones may do all that `replaces` may. */
  tokens: { fitting: readonly string[]; others: readonly string[] };
  /** Which tokens there are to take out. */
  held: readonly string[];
  versions: readonly LiveChoice[];
  /** Where `replaces` is duplicated; null for who may not. */
  duplicateHref: Route | null;
};

export function ChoiceForm(props: ChoiceFormProps) {
  const { action, token, replaces, held, versions, duplicateHref } = props;
  const holds = (one: LiveChoice) => replaces !== null && one.tokens.includes(replaces);
  const first = replaces === null ? versions : versions.filter((one) => holds(one) || one.isChosen);
  const rest = versions.filter((one) => !first.includes(one));
  return (
    <form action={action} className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <div className="grid max-w-2xl items-start gap-4 sm:grid-cols-2">
        <label className="grid gap-1.5 text-m">
          <span className="font-medium">In place of</span>
          <select name="replaces" defaultValue={replaces ?? ''} className="box">
            <option value="">no token: put one in beside the others</option>
            {held.map((name) => (
              <option key={name} value={name}>
                {visibleText(name)}
              </option>
            ))}
          </select>
        </label>
        <TokenField {...props} token={token} />
        {replaces !== null && duplicateHref && (
          <p className="text-m text-ink-2 sm:col-span-2">
            No token to put in yet?{' '}
            <Link href={duplicateHref} prefetch={false}>
              Duplicate {visibleText(replaces)}
            </Link>{' '}
            first, and come back when the copy is active.
          </p>
        )}
      </div>
      <fieldset className="grid gap-1">
        <legend className="mb-1 text-l font-semibold">
          {replaces === null ? 'Live versions' : `Live versions that hold ${visibleText(replaces)}`}
        </legend>
        {first.length === 0 && <p className="text-m text-ink-2">None was found.</p>}
        <Choices versions={first} />
      </fieldset>
      {rest.length > 0 && (
        <details>
          <summary className="button" data-look="plain">
            {rest.length === 1 ? 'The other live version' : `The other ${rest.length} live versions`}
          </summary>
          <fieldset className="mt-1">
            <legend className="sr-only">Other live versions</legend>
            <Choices versions={rest} />
          </fieldset>
        </details>
      )}
      <p>
        <button type="submit" className="button" data-look="primary">
          See what changes
        </button>
      </p>
    </form>
  );
}

function TokenField({ tokens: { fitting, others }, token, replaces }: ChoiceFormProps) {
  const options = (names: readonly string[]) =>
    names.map((name) => (
      <option key={name} value={name}>
        {visibleText(name)}
      </option>
    ));
  return (
    <label className="grid gap-1.5 text-m">
      <span className="font-medium">Token to put in</span>
      <select name="token" required defaultValue={token ?? ''} className="box">
        <option value="">Choose a token</option>
        {replaces !== null && fitting.length > 0 ? (
          <>
            <optgroup label={`May do all that ${visibleText(replaces)} may`}>{options(fitting)}</optgroup>
            <optgroup label="Other tokens">{options(others)}</optgroup>
          </>
        ) : (
          options([...fitting, ...others])
        )}
      </select>
    </label>
  );
}

function Choices({ versions }: { versions: readonly LiveChoice[] }) {
  return (
    <ul className="text-m">
      {versions.map(({ edgeWorker, version, networks, tokens, isChosen }) => {
        const key = printBase({ edgeWorker: edgeWorker.id, base: version });
        return (
          <li key={key} className="border-b border-line">
            <label className="grid min-h-9 grid-cols-[auto_auto_minmax(0,1fr)] items-center gap-x-3 gap-y-0.5 py-1.5 sm:grid-cols-[auto_auto_minmax(0,15rem)_6rem_minmax(0,1fr)]">
              <input type="checkbox" name="version" value={key} defaultChecked={isChosen} className="tick" />
              <LiveOn networks={networks} />
              <span className="font-medium [overflow-wrap:anywhere]">{edgeWorkerWords(edgeWorker)}</span>
              <code className="[overflow-wrap:anywhere] max-sm:col-start-3">{visibleText(version)}</code>
              <span className="text-ink-2 [overflow-wrap:anywhere] max-sm:col-start-3">
                {visibleText(tokens.join(', ')) || 'no token that was found'}
              </span>
            </label>
          </li>
        );
      })}
    </ul>
  );
}
