// Where the focus goes in the permission grid: three columns, as many rows as are shown.

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
