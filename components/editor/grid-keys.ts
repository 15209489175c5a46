// The keyboard of the permission grid: what a key asks for, and where the focus goes in three columns of rows.
import { PERMISSIONS, type Permission } from '@/lib/domain/permissions';

export type GridMove =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'row-start'
  | 'row-end'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last';
export type GridPlace = { row: number; column: number };

const LAST_COLUMN = 2;
const PAGE_ROWS = 10;

/** The place after a move, never outside the grid. `rows` is at least 1. */
export function moveInGrid({ row, column }: GridPlace, move: GridMove, rows: number): GridPlace {
  const clamp = (wanted: number, last: number) => Math.max(0, Math.min(wanted, last));
  const at = (nextRow: number, nextColumn: number): GridPlace => ({
    row: clamp(nextRow, rows - 1),
    column: clamp(nextColumn, LAST_COLUMN),
  });
  switch (move) {
    case 'up':
      return at(row - 1, column);
    case 'down':
      return at(row + 1, column);
    case 'left':
      return at(row, column - 1);
    case 'right':
      return at(row, column + 1);
    case 'row-start':
      return at(row, 0);
    case 'row-end':
      return at(row, LAST_COLUMN);
    case 'page-up':
      return at(row - PAGE_ROWS, column);
    case 'page-down':
      return at(row + PAGE_ROWS, column);
    case 'first':
      return at(0, 0);
    case 'last':
      return at(rows - 1, LAST_COLUMN);
  }
}

export type GridAction =
  | { kind: 'move'; move: GridMove }
  | { kind: 'toggle'; permission: Permission | null }
  | { kind: 'all' | 'clear' | 'column' | 'leave' | 'preset' };

type PressedKey = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean };

const MOVES: ReadonlyMap<string, GridMove> = new Map(
  Object.entries<GridMove>({
    ArrowUp: 'up',
    ArrowDown: 'down',
    ArrowLeft: 'left',
    ArrowRight: 'right',
    Home: 'row-start',
    End: 'row-end',
    PageUp: 'page-up',
    PageDown: 'page-down',
  }),
);

/** What a key asks for inside the grid, or null: then it belongs to somebody else. */
export function gridAction({ key, ctrlKey, metaKey, altKey }: PressedKey): GridAction | null {
  if (metaKey || altKey) return null;
  if (ctrlKey) {
    if (key === 'Home') return { kind: 'move', move: 'first' };
    if (key === 'End') return { kind: 'move', move: 'last' };
    return key === ' ' ? { kind: 'column' } : null;
  }
  const move = MOVES.get(key);
  if (move) return { kind: 'move', move };
  if (key === ' ') return { kind: 'toggle', permission: null };
  if (key === 'Enter') return { kind: 'preset' };
  if (key === 'Escape') return { kind: 'leave' };
  if (key === 'a') return { kind: 'all' };
  if (key === '0' || key === 'Delete') return { kind: 'clear' };
  const permission = PERMISSIONS.find((one) => one === key);
  return permission ? { kind: 'toggle', permission } : null;
}
