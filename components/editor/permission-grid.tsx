'use client';
// The r/w/d grid over namespaces: real checkboxes, which work without JavaScript, and with it one tab stop and the
// keyboard of a grid. Its letter keys stay inside it.
import { type KeyboardEvent, useRef, useState } from 'react';
import { useHydrated } from '@/components/ui/use-hydrated';
import type { Namespace } from '@/lib/domain/namespace';
import { changeNamespaces, namespaceRefusal } from '@/lib/domain/namespace-choice';
import {
  columnState,
  NAMESPACES_MAX,
  type NamespacePermissions,
  type Network,
  PERMISSION_WORDS,
  PERMISSIONS,
  type Permission,
  permissionWords,
  setNamespace,
  togglePermission,
} from '@/lib/domain/permissions';
import { visibleText } from '@/lib/domain/visible-text';
import { type GridMove, gridAction, moveInGrid } from './grid-keys';
import { ColumnTick, GridRow, PresetSelect } from './grid-parts';

type GridProps = {
  namespaces: readonly Namespace[];
  networks: readonly Network[];
  permissions: NamespacePermissions;
  /** The rights of the token it was copied from, to mark what is taken away. */
  was: NamespacePermissions | null;
  onChange: (permissions: NamespacePermissions) => void;
};

export function PermissionGrid({ namespaces, networks, permissions, was, onChange }: GridProps) {
  const [filter, setFilter] = useState('');
  const [onlyChosen, setOnlyChosen] = useState(false);
  // Row 0 is "All shown", the namespaces follow.
  const [focus, setFocus] = useState({ row: 1, column: 0 });
  const isHydrated = useHydrated();
  const [said, setSaid] = useState('');
  const grid = useRef<HTMLTableElement>(null);
  const shown = namespaces.filter(
    ({ name }) => name.toLowerCase().includes(filter.toLowerCase()) && (!onlyChosen || permissions.has(name)),
  );
  const refusal = (namespace: Namespace) => namespaceRefusal(namespace, namespaces, networks, permissions);
  const open = shown.filter((namespace) => refusal(namespace) === null);

  const change = (next: NamespacePermissions, name: string) => {
    onChange(next);
    setSaid(`${visibleText(name)}: ${permissionWords(next.get(name) ?? []) || 'nothing'}`);
  };
  const setAll = (change: (held: readonly Permission[]) => readonly Permission[]) => {
    onChange(changeNamespaces(shown, namespaces, networks, permissions, change));
    setSaid('All shown namespaces changed');
  };

  const goTo = (move: GridMove) => {
    const next = moveInGrid(current, move, shown.length + 1);
    setFocus(next);
    const cell = `[data-row="${next.row}"][data-column="${next.column}"]`;
    grid.current?.querySelector<HTMLInputElement>(cell)?.focus();
  };

  const onKey = (event: KeyboardEvent, row: number, column: number) => {
    const action = gridAction(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.kind === 'move') return goTo(action.move);
    if (action.kind === 'leave') return document.querySelector<HTMLElement>('[data-after-grid]')?.focus();
    if (action.kind === 'preset')
      return grid.current?.querySelector<HTMLSelectElement>(`select[data-row="${row}"]`)?.focus();
    const own = PERMISSIONS[column] ?? 'r';
    if (action.kind === 'column') return toggleColumn(own);
    const namespace = shown[row - 1];
    if (!namespace) {
      if (action.kind === 'toggle') toggleColumn(action.permission ?? own);
      else setAll(() => (action.kind === 'all' ? PERMISSIONS : []));
      return;
    }
    if (refusal(namespace) !== null) return setSaid(visibleText(refusal(namespace) ?? ''));
    const { name } = namespace;
    if (action.kind === 'toggle') change(togglePermission(permissions, name, action.permission ?? own), name);
    else change(setNamespace(permissions, name, action.kind === 'all' ? PERMISSIONS : []), name);
  };

  /** Escape in a row's preset leads back to its cell. */
  const onPresetKey = (event: KeyboardEvent, row: number) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    grid.current?.querySelector<HTMLInputElement>(`input[data-row="${row}"]`)?.focus();
  };

  const current = { row: Math.min(focus.row, shown.length), column: focus.column };
  // One tab stop for the whole grid, once its keys work; before that every box is reached by Tab.
  const tabIndex = (row: number, column: number) =>
    !isHydrated || (current.row === row && current.column === column) ? 0 : -1;

  const toggleColumn = (permission: Permission) => {
    const isAll =
      columnState(
        permissions,
        open.map(({ name }) => name),
        permission,
      ) === 'all';
    setAll((held) => (isAll ? held.filter((one) => one !== permission) : [...held, permission]));
  };

  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <label className="min-w-0 flex-[1_1_10rem] sm:max-w-56">
          <span className="sr-only">Find a namespace</span>
          <input
            type="search"
            placeholder="Find a namespace"
            className="box"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        </label>
        <label className="flex min-h-6 items-center gap-2 text-m">
          <input
            type="checkbox"
            className="tick"
            checked={onlyChosen}
            onChange={(event) => setOnlyChosen(event.target.checked)}
          />
          Only chosen
        </label>
        <span className="ml-auto text-s text-ink-3">
          {permissions.size} of {NAMESPACES_MAX} namespaces
        </span>
      </div>
      {/* Rows that the filter hides still belong to the form. */}
      {[...permissions].flatMap(([name, held]) =>
        shown.some((one) => one.name === name)
          ? []
          : held.map((permission) => (
              <input
                key={`${name}:${permission}`}
                type="hidden"
                name="permission"
                value={`${name}:${permission}`}
              />
            )),
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are moved over by arrows is a grid */}
      <table ref={grid} role="grid" aria-label="Permissions by namespace" className="table">
        <thead>
          <tr>
            <th scope="col">Namespace</th>
            {PERMISSIONS.map((permission) => (
              <th key={permission} scope="col" className="w-12 !pr-px text-center sm:w-16">
                {PERMISSION_WORDS[permission]}
              </th>
            ))}
            <th scope="col" className="pl-3 max-sm:hidden">
              Row
            </th>
            <th scope="col" className="max-sm:sr-only">
              Exists on
            </th>
          </tr>
        </thead>
        <tbody>
          <tr className="bg-sunken">
            <th scope="row" className="pl-2 text-ink-2">
              All shown
            </th>
            {PERMISSIONS.map((permission, column) => (
              <td key={permission} className="!pr-px">
                <span className="grid place-items-center">
                  <ColumnTick
                    label={`${PERMISSION_WORDS[permission]} for all shown`}
                    state={columnState(
                      permissions,
                      open.map(({ name }) => name),
                      permission,
                    )}
                    onToggle={() => toggleColumn(permission)}
                    place={{ row: 0, column }}
                    tabIndex={tabIndex(0, column)}
                    onFocus={() => setFocus({ row: 0, column })}
                    onKey={(event) => onKey(event, 0, column)}
                  />
                </span>
              </td>
            ))}
            <td className="pl-3 max-sm:hidden">
              <PresetSelect
                label="Preset for all shown"
                held={null}
                onPick={(held) => setAll(() => held)}
                row={0}
                tabIndex={isHydrated ? -1 : 0}
                onKey={(event) => onPresetKey(event, 0)}
              />
            </td>
            <td className="max-sm:hidden" />
          </tr>
          {shown.map((namespace, index) => (
            <GridRow
              key={namespace.name}
              namespace={namespace}
              held={permissions.get(namespace.name) ?? []}
              was={was?.get(namespace.name) ?? []}
              refusal={refusal(namespace)}
              row={index + 1}
              tabIndex={(column) => tabIndex(index + 1, column)}
              onFocus={(column) => setFocus({ row: index + 1, column })}
              onKey={(event, column) => onKey(event, index + 1, column)}
              onPresetKey={(event) => onPresetKey(event, index + 1)}
              onToggle={(permission) =>
                change(togglePermission(permissions, namespace.name, permission), namespace.name)
              }
              onPreset={(held) => change(setNamespace(permissions, namespace.name, held), namespace.name)}
            />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className="text-m text-ink-2">No namespace matches.</p>}
      <p className="text-s text-ink-3 max-sm:hidden">
        Arrows move, space sets, <kbd>r</kbd> <kbd>w</kbd> <kbd>d</kbd> set the row, <kbd>a</kbd> all,{' '}
        <kbd>0</kbd> none, Enter the presets, Escape leaves.
        {was && ' Dashed: the copied token has it, this one will not.'}
      </p>
      <p role="status" className="sr-only">
        {said}
      </p>
    </div>
  );
}
