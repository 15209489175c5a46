// What server actions read of their arguments: whatever was sent, without throwing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formValues } from '@/lib/domain/form-values';
import { draftFromValues, draftToRequest } from '@/lib/domain/token-draft';
import { field, limitsFields, roleField } from './action';

const fields = fc.array(
  fc.tuple(
    fc.oneof(
      fc.string(),
      fc.constantFrom('name', 'role', 'namespaces', 'permission', '__proto__', 'toString'),
    ),
    fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__:r', 'constructor', 'x'.repeat(1_000_000)),
      fc.constant(new File(['x'], 'x')),
    ),
  ),
  { maxLength: 10 },
);
const form = fields.map((pairs) => {
  const made = new FormData();
  for (const [name, value] of pairs) made.append(name, value);
  return made;
});
const deep = Array.from({ length: 5_000 }).reduce<unknown>((inner) => [inner], null);
const special = fc.constantFrom<unknown>(
  deep,
  JSON.parse('{"__proto__":{"polluted":1},"get":1,"entries":{"length":-1}}'),
  'x'.repeat(1_000_000),
  Number.NaN,
  new Date(Number.NaN),
  Promise.resolve(new FormData()),
  { get: () => 'admin' },
  new URLSearchParams('role=admin'),
);
const anything = fc.anything({
  withDate: true,
  withMap: true,
  withSet: true,
  withBigInt: true,
  withTypedArray: true,
  withSparseArray: true,
  withBoxedValues: true,
  withNullPrototype: true,
});
const value = fc.oneof(anything, form, special);

/** The texts that an action reads, as `read` has them. */
function readAll(given: unknown) {
  const values = formValues(given);
  const draft = draftFromValues(values);
  return [field(given, 'name'), roleField(given), limitsFields(given), values, draft, draftToRequest(draft)];
}

test('[4] 1,000 values of any type are read without a throw, and no prototype is touched', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(value, (given) => {
      readAll(given);
      return !('polluted' in {});
    }),
    { numRuns: 1_000, seed: 4 },
  );
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
});

test('[4] what is no form has no fields and names no role', () => {
  fc.assert(
    fc.property(fc.oneof(anything, special), (given) => {
      assert.equal(field(given, 'role'), '');
      assert.deepEqual(formValues(given), {});
      const role = roleField(given);
      assert.equal(!role.ok && role.problem.code, 'invalid-fields');
    }),
    { numRuns: 500, seed: 4 },
  );
});
