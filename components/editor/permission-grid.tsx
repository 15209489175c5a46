'use client';
// The r/w/d grid over namespaces: real checkboxes, which work without JavaScript, and with it one tab stop and the
// keyboard of a grid. Its letter keys stay inside it.
import { type KeyboardEvent, useRef, useState } from 'react';
import { dataAccessPolicy, type Namespace } from '@/lib/domain/namespace';
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
import { type GridMove, moveInGrid } from './grid-keys';

type GridProps = {
  namespaces: readonly Namespace[];
  networks: readonly Network[];
  permissions: NamespacePermissions;
  /** The rights of the token it was copied from, to mark what is taken away. */
  was: NamespacePermissions | null;
  onChange: (permissions: NamespacePermissions) => void;
};

const PRESETS: readonly [label: string, held: readonly Permission[]][] = [
  ['None', []],
  ['Reader', ['r']],
  ['Writer', ['r', 'w']],
  ['Full', ['r', 'w', 'd']],
];

export function PermissionGrid({ namespaces, networks, permissions, was, onChange }: GridProps) {
  const [filter, setFilter] = useState('');
  const [onlyChosen, setOnlyChosen] = useState(false);
  const [focus, setFocus] = useState({ row: 0, column: 0 });
  const [said, setSaid] = useState('');
  const grid = useRef<HTMLTableElement>(null);
  const policy = chosenPolicy(namespaces, networks, permissions);
  const shown = namespaces.filter(
    ({ name }) => name.toLowerCase().includes(filter.toLowerCase()) && (!onlyChosen || permissions.has(name)),
  );
  const refusal = (namespace: Namespace) => whyNot(namespace, networks, permissions, policy);
  const open = shown.filter((namespace) => refusal(namespace) === null);

  const change = (next: NamespacePermissions, name: string) => {
    onChange(next);
    setSaid(`${name}: ${permissionWords(next.get(name) ?? []) || 'nothing'}`);
  };
  const setAll = (change: (held: readonly Permission[]) => readonly Permission[]) => {
    let next = permissions;
    for (const { name } of open) {
      if (next.size < NAMESPACES_MAX || next.has(name))
        next = setNamespace(next, name, change(next.get(name) ?? []));
    }
    onChange(next);
    setSaid(`${open.length} namespaces changed`);
  };

  const goTo = (move: GridMove) => {
    const next = moveInGrid(focus, move, shown.length);
    setFocus(next);
    const cell = `[data-row="${next.row}"][data-column="${next.column}"]`;
    grid.current?.querySelector<HTMLInputElement>(cell)?.focus();
  };

  const onKey = (event: KeyboardEvent, namespace: Namespace, column: number) => {
    const action = gridAction(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.kind === 'move') return goTo(action.move);
    if (action.kind === 'leave') return document.querySelector<HTMLElement>('[data-after-grid]')?.focus();
    if (refusal(namespace) !== null) return setSaid(refusal(namespace) ?? '');
    const { name } = namespace;
    const own = PERMISSIONS[column] ?? 'r';
    if (action.kind === 'toggle') change(togglePermission(permissions, name, action.permission ?? own), name);
    if (action.kind === 'all') change(setNamespace(permissions, name, PERMISSIONS), name);
    if (action.kind === 'clear') change(setNamespace(permissions, name, []), name);
    if (action.kind === 'column') toggleColumn(own);
  };

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
            {PERMISSIONS.map((permission) => (
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
                  />
                </span>
              </td>
            ))}
            <td className="pl-3 max-sm:hidden">
              <PresetSelect label="Preset for all shown" held={null} onPick={(held) => setAll(() => held)} />
            </td>
            <td className="max-sm:hidden" />
          </tr>
          {shown.map((namespace, row) => (
            <GridRow
              key={namespace.name}
              namespace={namespace}
              held={permissions.get(namespace.name) ?? []}
              was={was?.get(namespace.name) ?? []}
              refusal={refusal(namespace)}
              row={row}
              tabColumn={focus.row === row || (row === 0 && focus.row >= shown.length) ? focus.column : null}
              onFocus={(column) => setFocus({ row, column })}
              onKey={(event, column) => onKey(event, namespace, column)}
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
        <kbd>0</kbd> none, Escape leaves.
        {was && ' Dashed: the copied token has it, this one will not.'}
      </p>
      <p role="status" className="sr-only">
        {said}
      </p>
    </div>
  );
}

type RowProps = {
  namespace: Namespace;
  held: readonly Permission[];
  was: readonly Permission[];
  refusal: string | null;
  row: number;
  tabColumn: number | null;
  onFocus: (column: number) => void;
  onKey: (event: KeyboardEvent, column: number) => void;
  onToggle: (permission: Permission) => void;
  onPreset: (held: readonly Permission[]) => void;
};

function GridRow({
  namespace,
  held,
  was,
  refusal,
  row,
  tabColumn,
  onFocus,
  onKey,
  onToggle,
  onPreset,
}: RowProps) {
  const { name, on } = namespace;
  return (
    <tr className={refusal ? 'text-ink-3' : undefined}>
      <th scope="row" className="pl-2">
        <code>{name}</code>
        {refusal && <span className="block text-s">{refusal}</span>}
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
              aria-label={`${name} ${PERMISSION_WORDS[permission]}`}
              checked={held.includes(permission)}
              disabled={refusal !== null && !held.includes(permission)}
              data-row={row}
              data-column={column}
              tabIndex={tabColumn === column ? 0 : -1}
              onChange={() => onToggle(permission)}
              onFocus={() => onFocus(column)}
              onKeyDown={(event) => onKey(event, column)}
            />
            <span aria-hidden="true">{permission}</span>
          </label>
        </td>
      ))}
      <td className="pl-3 max-sm:hidden">
        {refusal === null && <PresetSelect label={`Preset for ${name}`} held={held} onPick={onPreset} />}
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

function ColumnTick({
  label,
  state,
  onToggle,
}: {
  label: string;
  state: 'all' | 'some' | 'none';
  onToggle: () => void;
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
      onChange={onToggle}
    />
  );
}

function PresetSelect({
  label,
  held,
  onPick,
}: {
  label: string;
  held: readonly Permission[] | null;
  onPick: (held: readonly Permission[]) => void;
}) {
  const current =
    held === null ? '' : (PRESETS.find(([, preset]) => preset.join('') === held.join(''))?.[0] ?? 'Own');
  return (
    <select
      aria-label={label}
      className="min-h-7 rounded-control bg-transparent px-1 text-m text-ink-2 hover:bg-ink/7"
      value={current}
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

type GridAction =
  | { kind: 'move'; move: GridMove }
  | { kind: 'toggle'; permission: Permission | null }
  | { kind: 'all' | 'clear' | 'column' | 'leave' };

const MOVES: Readonly<Record<string, GridMove>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'row-start',
  End: 'row-end',
  PageUp: 'page-up',
  PageDown: 'page-down',
};

function gridAction(event: KeyboardEvent): GridAction | null {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (metaKey || altKey) return null;
  if (ctrlKey) {
    if (key === 'Home') return { kind: 'move', move: 'first' };
    if (key === 'End') return { kind: 'move', move: 'last' };
    return key === ' ' ? { kind: 'column' } : null;
  }
  const move = MOVES[key];
  if (move) return { kind: 'move', move };
  if (key === ' ') return { kind: 'toggle', permission: null };
  if (key === 'Escape') return { kind: 'leave' };
  if (key === 'a') return { kind: 'all' };
  if (key === '0' || key === 'Delete') return { kind: 'clear' };
  const permission = PERMISSIONS.find((one) => one === key);
  return permission ? { kind: 'toggle', permission } : null;
}

function chosenPolicy(
  namespaces: readonly Namespace[],
  networks: readonly Network[],
  permissions: NamespacePermissions,
) {
  for (const namespace of namespaces) {
    const policy = permissions.has(namespace.name) ? dataAccessPolicy(namespace, networks) : null;
    if (policy !== null) return policy;
  }
  return null;
}

/** Why a namespace cannot be chosen now, or null. */
function whyNot(
  namespace: Namespace,
  networks: readonly Network[],
  permissions: NamespacePermissions,
  policy: boolean | 'mixed' | null,
): string | null {
  if (permissions.has(namespace.name)) return null;
  const own = dataAccessPolicy(namespace, networks);
  if (own === 'mixed') return 'its data policy differs between the networks';
  if (policy !== null && own !== null && own !== policy) return 'other data policy: cannot be mixed';
  return permissions.size >= NAMESPACES_MAX ? `at most ${NAMESPACES_MAX} namespaces` : null;
}
