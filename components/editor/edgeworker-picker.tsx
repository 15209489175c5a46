'use client';
// Which EdgeWorkers may use the token: all, or some picked by name or id.
import { useState } from 'react';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { TokenDraft } from '@/lib/domain/token-draft';
import { visibleText } from '@/lib/domain/visible-text';

type Chosen = TokenDraft['edgeWorkers'];
type PickerProps = {
  chosen: Chosen;
  edgeWorkers: readonly EdgeWorker[] | null;
  onChange: (chosen: Chosen) => void;
};

export function EdgeWorkerPicker({ chosen, edgeWorkers, onChange }: PickerProps) {
  const [filter, setFilter] = useState('');
  const known = new Set(edgeWorkers?.map((one) => one.id));
  const others = chosen.ids.filter((id) => !known.has(id));
  const shown = (edgeWorkers ?? []).filter(({ id, name }) =>
    `${id} ${name.toLowerCase()}`.includes(filter.toLowerCase()),
  );
  const setMode = (mode: Chosen['mode']) => onChange({ ...chosen, mode });
  const toggle = (id: string) =>
    onChange({
      mode: 'only',
      ids: chosen.ids.includes(id) ? chosen.ids.filter((one) => one !== id) : [...chosen.ids, id],
    });
  return (
    <div className="grid gap-2 text-m">
      <label className="flex min-h-6 items-center gap-2">
        <input
          type="radio"
          name="edgeworkers"
          value="only"
          className="tick"
          checked={chosen.mode === 'only'}
          onChange={() => setMode('only')}
        />
        Only these{chosen.mode === 'only' && chosen.ids.length > 0 && ` (${chosen.ids.length})`}
      </label>
      <div className="ml-6 grid gap-2">
        {edgeWorkers ? (
          <>
            <label className="max-w-56">
              <span className="sr-only">Find an EdgeWorker</span>
              <input
                type="search"
                placeholder="Name or id"
                className="box"
                value={filter}
                onChange={(event) => setFilter(event.target.value)}
              />
            </label>
            {chosen.ids
              .filter((id) => known.has(id) && !shown.some((one) => one.id === id))
              .map((id) => (
                <input key={id} type="hidden" name="edgeworker" value={id} />
              ))}
            <ul className="grid max-h-56 gap-x-4 overflow-y-auto rounded-control border border-line p-2 sm:grid-cols-2">
              {shown.map(({ id, name }) => (
                <li key={id}>
                  <label className="flex min-h-7 items-center gap-2">
                    <input
                      type="checkbox"
                      name="edgeworker"
                      value={id}
                      className="tick"
                      checked={chosen.ids.includes(id)}
                      onChange={() => toggle(id)}
                    />
                    <code>{visibleText(id)}</code>
                    <span className="truncate text-ink-2">{visibleText(name)}</span>
                  </label>
                </li>
              ))}
            </ul>
          </>
        ) : (
          <p className="text-ink-2">The EdgeWorkers cannot be read with this credential. Type their ids.</p>
        )}
        {(edgeWorkers === null || others.length > 0) && (
          <label className="grid max-w-96 gap-1">
            <span className="font-medium">EdgeWorker IDs</span>
            <input
              name="edgeworker-ids"
              className="box"
              inputMode="numeric"
              placeholder="1234, 5678"
              defaultValue={others.join(', ')}
              onBlur={(event) => {
                const typed = event.target.value.split(/[\s,]+/).filter((id) => /^\d{1,10}$/.test(id));
                onChange({
                  mode: 'only',
                  ids: [...new Set([...chosen.ids.filter((id) => known.has(id)), ...typed])],
                });
              }}
            />
          </label>
        )}
      </div>
      <label className="flex min-h-6 items-center gap-2">
        <input
          type="radio"
          name="edgeworkers"
          value="all"
          className="tick"
          checked={chosen.mode === 'all'}
          onChange={() => setMode('all')}
        />
        All EdgeWorkers of the account
      </label>
    </div>
  );
}
