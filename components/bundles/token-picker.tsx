'use client';
// The tokens to put in: chips for the chosen, a list with a search to add. Real checkboxes, so that it works as a form.
import { useState } from 'react';
import { visibleText } from '@/lib/domain/visible-text';

type Props = {
  tokens: readonly string[];
  picked: readonly string[];
  onChange: (picked: readonly string[]) => void;
};

export function TokenPicker({ tokens, picked, onChange }: Props) {
  const [filter, setFilter] = useState('');
  const toggle = (name: string) =>
    onChange(picked.includes(name) ? picked.filter((one) => one !== name) : [...picked, name]);
  const isShown = (name: string) => name.toLowerCase().includes(filter.toLowerCase());
  if (tokens.length === 0) return null;
  return (
    <fieldset className="grid gap-2">
      <legend className="sr-only">Tokens to put in</legend>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-m text-ink-2">Put in</span>
        {picked.map((name) => (
          <span
            key={name}
            className="inline-flex min-h-8 items-center gap-1 rounded-control border border-line-strong bg-raised pl-2.5 text-m"
          >
            {visibleText(name)}
            <button
              type="button"
              className="button"
              data-look="plain"
              data-square
              onClick={() => toggle(name)}
              aria-label={`Take ${visibleText(name)} out`}
            >
              ×
            </button>
          </span>
        ))}
        {picked.length === 0 && (
          <span className="text-m text-ink-3">no token yet: bundles are only examined</span>
        )}
      </div>
      <details className="group w-fit max-w-full">
        <summary className="button" data-look="plain">
          Add a token
        </summary>
        <div className="mt-1 grid w-[min(44rem,calc(100vw-2rem))] gap-2 rounded-control border border-line bg-surface p-3">
          <label className="max-w-72">
            <span className="sr-only">Find a token</span>
            <input
              type="search"
              placeholder="Find a token"
              className="box"
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
              onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            />
          </label>
          <ul className="grid max-h-56 gap-x-4 overflow-y-auto text-m sm:grid-cols-2 lg:grid-cols-3">
            {tokens.map((name) => (
              <li key={name} hidden={!isShown(name)}>
                <label className="flex min-h-7 items-center gap-2">
                  <input
                    type="checkbox"
                    name="token"
                    value={name}
                    className="tick"
                    checked={picked.includes(name)}
                    onChange={() => toggle(name)}
                  />
                  <span className="truncate">{visibleText(name)}</span>
                </label>
              </li>
            ))}
          </ul>
        </div>
      </details>
    </fieldset>
  );
}
