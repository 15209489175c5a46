import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBudget } from './budget';

const limits = { most: 2, kindsMax: 3, windowMs: 1_000 };

test('[94] beyond its limit a kind is counted, and told once when the window is over', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const told: unknown[] = [];
  const { passes } = createBudget<number>(limits, (...all) => told.push(all));
  assert.deepEqual(
    [passes('a', 1), passes('a', 2), passes('a', 3), passes('a', 4)],
    [true, true, false, false],
  );
  assert.equal(passes('b', 5), true);
  assert.deepEqual(told, []);
  context.mock.timers.tick(1_000);
  assert.deepEqual(told, [['a', 2, 3]]);
  assert.equal(passes('a', 6), true);
  context.mock.timers.tick(1_000);
  assert.equal(told.length, 1);
});

test('[94] whoever makes up new kinds has the limit of one', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const told: unknown[] = [];
  const { passes } = createBudget<number>(limits, (...all) => told.push(all));
  const passed = Array.from({ length: 100 }, (_, index) => passes(`kind ${index}`, index)).filter(Boolean);
  assert.equal(passed.length, 5);
  context.mock.timers.tick(1_000);
  assert.deepEqual(told, [['others', 95, 5]]);
});

test('[94] all kinds together have a limit too', () => {
  const { passes } = createBudget<null>({ ...limits, mostInAll: 3 }, () => undefined);
  const kinds = ['a', 'a', 'b', 'b'];
  assert.deepEqual(
    kinds.map((kind) => passes(kind, null)),
    [true, true, true, false],
  );
});
