import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type GridAction, type GridMove, type GridPlace, gridAction, moveInGrid } from './grid-keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false };
const ctrl = { ...plain, ctrlKey: true };

const PLAIN: readonly [key: string, action: GridAction][] = [
  ['ArrowUp', { kind: 'move', move: 'up' }],
  ['ArrowDown', { kind: 'move', move: 'down' }],
  ['ArrowLeft', { kind: 'move', move: 'left' }],
  ['ArrowRight', { kind: 'move', move: 'right' }],
  ['Home', { kind: 'move', move: 'row-start' }],
  ['End', { kind: 'move', move: 'row-end' }],
  ['PageUp', { kind: 'move', move: 'page-up' }],
  ['PageDown', { kind: 'move', move: 'page-down' }],
  [' ', { kind: 'toggle', permission: null }],
  ['r', { kind: 'toggle', permission: 'r' }],
  ['w', { kind: 'toggle', permission: 'w' }],
  ['d', { kind: 'toggle', permission: 'd' }],
  ['a', { kind: 'all' }],
  ['0', { kind: 'clear' }],
  ['Delete', { kind: 'clear' }],
  ['Enter', { kind: 'preset' }],
  ['Escape', { kind: 'leave' }],
];
const WITH_CTRL: readonly [key: string, action: GridAction][] = [
  ['Home', { kind: 'move', move: 'first' }],
  ['End', { kind: 'move', move: 'last' }],
  [' ', { kind: 'column' }],
];

test('each key of the grid does its one thing', () => {
  for (const [key, action] of PLAIN) assert.deepEqual(gridAction({ ...plain, key }), action, key);
  for (const [key, action] of WITH_CTRL)
    assert.deepEqual(gridAction({ ...ctrl, key }), action, `Ctrl ${key}`);
});

test('with Meta or Alt every key belongs to somebody else', () => {
  for (const [key] of PLAIN) {
    for (const held of [{ metaKey: true }, { altKey: true }]) {
      for (const ctrlKey of [false, true])
        assert.equal(gridAction({ ...plain, ...held, ctrlKey, key }), null, key);
    }
  }
});

test('with Ctrl all keys but three belong to somebody else: copying, pasting and reloading work', () => {
  const ours = new Set(WITH_CTRL.map(([key]) => key));
  for (const key of [...PLAIN.map(([one]) => one), ...'cvxzfRT', 'F5', 'Insert']) {
    if (!ours.has(key)) assert.equal(gridAction({ ...ctrl, key }), null, `Ctrl ${key}`);
  }
});

test('Tab, typing and the other keys belong to somebody else', () => {
  for (const key of [
    'Tab',
    'Shift',
    'Control',
    'F1',
    'Backspace',
    'Insert',
    '1',
    'x',
    'R',
    'A',
    'é',
    'Dead',
    '',
  ]) {
    assert.equal(gridAction({ ...plain, key }), null, key);
  }
});

test('a move goes where it says, and stops at the edge', () => {
  const rows = 25;
  const table: [GridMove, from: [number, number], to: [number, number]][] = [
    ['up', [5, 1], [4, 1]],
    ['up', [0, 1], [0, 1]],
    ['down', [5, 1], [6, 1]],
    ['down', [24, 1], [24, 1]],
    ['left', [5, 1], [5, 0]],
    ['left', [5, 0], [5, 0]],
    ['right', [5, 1], [5, 2]],
    ['right', [5, 2], [5, 2]],
    ['row-start', [5, 2], [5, 0]],
    ['row-end', [5, 0], [5, 2]],
    ['page-up', [15, 1], [5, 1]],
    ['page-up', [9, 1], [0, 1]],
    ['page-down', [5, 1], [15, 1]],
    ['page-down', [15, 1], [24, 1]],
    ['first', [5, 1], [0, 0]],
    ['last', [5, 1], [24, 2]],
  ];
  const place = ([row, column]: [number, number]): GridPlace => ({ row, column });
  for (const [move, from, to] of table) {
    assert.deepEqual(moveInGrid(place(from), move, rows), place(to), `${move} from ${from}`);
  }
});

test('no way leads out of the grid, even when rows went away meanwhile', () => {
  const moves: readonly GridMove[] = [
    ...(['up', 'down', 'left', 'right', 'row-start', 'row-end'] as const),
    ...(['page-up', 'page-down', 'first', 'last'] as const),
  ];
  const step = fc.tuple(fc.constantFrom(...moves), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let place: GridPlace = { row: 0, column: 0 };
      for (const [move, rows] of steps) {
        place = moveInGrid(place, move, rows);
        assert.ok(place.row >= 0 && place.row < rows && place.column >= 0 && place.column <= 2, move);
      }
    }),
  );
});
