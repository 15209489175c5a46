'use client';
// What the permission grid is made of: a namespace's row, the tick of a column, and the presets.
import type { KeyboardEvent } from 'react';
import type { Namespace } from '@/lib/domain/namespace';
import { PERMISSION_WORDS, PERMISSIONS, type Permission } from '@/lib/domain/permissions';
import { visibleText } from '@/lib/domain/visible-text';

const PRESETS: readonly [label: string, held: readonly Permission[]][] = [
  ['None', []],
  ['Reader', ['r']],
  ['Writer', ['r', 'w']],
  ['Full', ['r', 'w', 'd']],
];

type RowProps = {
  namespace: Namespace;
  held: readonly Permission[];
  was: readonly Permission[];
  refusal: string | null;
  row: number;
  tabIndex: (column: number) => number;
  onFocus: (column: number) => void;
  onKey: (event: KeyboardEvent, column: number) => void;
  onPresetKey: (event: KeyboardEvent) => void;
  onToggle: (permission: Permission) => void;
  onPreset: (held: readonly Permission[]) => void;
};

export function GridRow({
  namespace,
  held,
  was,
  refusal,
  row,
  tabIndex,
  onFocus,
  onKey,
  onPresetKey,
  onToggle,
  onPreset,
}: RowProps) {
  const { name, on } = namespace;
  const shown = visibleText(name);
  return (
    <tr className={refusal ? 'text-ink-3' : undefined}>
      <th scope="row" className="pl-2">
        <code>{shown}</code>
        {refusal && <span className="block text-s">{visibleText(refusal)}</span>}
      </th>
      {PERMISSIONS.map((permission, column) => (
        <td key={permission} className="!pr-px">
          <label
            className={`power ${permission}`}
            data-was={was.includes(permission) && !held.includes(permission) ? '' : undefined}
          >
            <input
              type="checkbox"
              name="permission"
              value={`${name}:${permission}`}
              aria-label={`${shown} ${PERMISSION_WORDS[permission]}`}
              checked={held.includes(permission)}
              disabled={refusal !== null && !held.includes(permission)}
              data-row={row}
              data-column={column}
              tabIndex={tabIndex(column)}
              onChange={() => onToggle(permission)}
              onFocus={() => onFocus(column)}
              onKeyDown={(event) => onKey(event, column)}
            />
            <span aria-hidden="true">{permission}</span>
          </label>
        </td>
      ))}
      <td className="pl-3 max-sm:hidden">
        {refusal === null && (
          <PresetSelect
            label={`Preset for ${shown}`}
            held={held}
            onPick={onPreset}
            row={row}
            tabIndex={tabIndex(-1)}
            onKey={onPresetKey}
          />
        )}
      </td>
      <td className="max-sm:hidden">
        <span
          className="nets"
          role="img"
          aria-label={[on.staging && 'staging', on.production && 'production'].filter(Boolean).join(' and ')}
        >
          <i>{on.staging && 'S'}</i>
          <i className={on.production ? 'p' : undefined}>{on.production && 'P'}</i>
        </span>
      </td>
    </tr>
  );
}

export function ColumnTick({
  label,
  state,
  onToggle,
  place,
  tabIndex,
  onFocus,
  onKey,
}: {
  label: string;
  state: 'all' | 'some' | 'none';
  onToggle: () => void;
  place: { row: number; column: number };
  tabIndex: number;
  onFocus: () => void;
  onKey: (event: KeyboardEvent) => void;
}) {
  return (
    <input
      type="checkbox"
      className="tick"
      aria-label={label}
      checked={state === 'all'}
      ref={(element) => {
        if (element) element.indeterminate = state === 'some';
      }}
      data-row={place.row}
      data-column={place.column}
      tabIndex={tabIndex}
      onChange={onToggle}
      onFocus={onFocus}
      onKeyDown={onKey}
    />
  );
}

export function PresetSelect({
  label,
  held,
  onPick,
  row,
  tabIndex,
  onKey,
}: {
  label: string;
  held: readonly Permission[] | null;
  onPick: (held: readonly Permission[]) => void;
  row: number;
  tabIndex: number;
  onKey: (event: KeyboardEvent) => void;
}) {
  const current =
    held === null ? '' : (PRESETS.find(([, preset]) => preset.join('') === held.join(''))?.[0] ?? 'Own');
  return (
    <select
      aria-label={label}
      className="min-h-7 rounded-control bg-transparent px-1 text-m text-ink-2 hover:bg-ink/7"
      value={current}
      data-row={row}
      tabIndex={tabIndex}
      onKeyDown={onKey}
      onChange={(event) => {
        const preset = PRESETS.find(([name]) => name === event.target.value);
        if (preset) onPick(preset[1]);
      }}
    >
      {held === null && <option value="">Set all</option>}
      {current === 'Own' && <option value="Own">Own</option>}
      {PRESETS.map(([name]) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
