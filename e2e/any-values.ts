// Values of any type as arguments of a server action, in the encoding of React. They are what a sender may make of it,
// and nothing that a page of ours sends.
import fc from 'fast-check';

/** A promise that is there at once: what React writes of one. */
class Later {
  constructor(readonly value: unknown) {}
}

/** The fields that our forms have, so that some values come near to a form. */
const FIELDS = [
  ...[
    'account',
    'name',
    'intent',
    'attempt',
    'permission',
    'edgeworkers',
    'edgeworker-ids',
    'staging',
    'typed',
  ],
  ...[
    'email',
    'password',
    'next',
    'secret',
    'role',
    'days',
    'namespaces',
    'id',
    'disabled',
    'person',
    'session',
  ],
  ...['currentPassword', 'nextPassword', '__proto__', 'constructor', '$ACTION_ID_0', ''],
];

const formValue = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'yes',
    'all',
    'default',
    'create',
    'review',
    'edit',
    'viewer',
    'cart:r',
    '__proto__:r',
    '1e999',
  ),
  fc.uint8Array().map((bytes) => new File([new Uint8Array(bytes)], 'file.txt')),
);
const form = fc.array(fc.tuple(fc.constantFrom(...FIELDS), formValue), { maxLength: 12 }).map((fields) => {
  const made = new FormData();
  for (const [name, value] of fields) made.append(name, value);
  return made;
});
const deep = fc
  .integer({ min: 1, max: 300 })
  .map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => ({ problem: [inner] }), 1));
const polluting = fc.constantFrom(
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"problem":{"__proto__":{"polluted":1}},"values":{"__proto__":["x"]},"step":"__proto__"}',
);
const anything = fc.anything({
  withDate: true,
  withMap: true,
  withSet: true,
  withBigInt: true,
  withTypedArray: true,
  withNullPrototype: true,
  maxDepth: 3,
});
const value: fc.Arbitrary<unknown> = fc.oneof(
  anything,
  form,
  deep,
  polluting.map((text): unknown => JSON.parse(text)),
  fc.oneof(anything, form).map((inner) => new Later(inner)),
);

/** Lists of arguments; `seed` makes the same ones again. */
export function argumentLists(seed: number, count: number): readonly (readonly unknown[])[] {
  const list = fc.oneof(
    fc.tuple(value, form),
    fc.tuple(form),
    fc.tuple(value, value),
    fc.array(value, { maxLength: 4 }),
  );
  return fc.sample(list, { seed, numRuns: count });
}

/** The arguments as React's reply encoding has them. */
export function encodeArguments(list: readonly unknown[]): FormData {
  const body = new FormData();
  let ids = 0;
  const part = (mark: string, content: () => string | Blob): string => {
    ids += 1;
    const id = ids.toString(16);
    const made = content();
    body.append(id, made);
    return JSON.stringify(`$${mark}${id}`);
  };
  const encode = (one: unknown): string => {
    if (one === null || typeof one === 'boolean') return String(one);
    if (typeof one === 'string') return JSON.stringify(one.startsWith('$') ? `$${one}` : one);
    if (typeof one === 'bigint') return `"$n${one}"`;
    if (typeof one === 'number') {
      if (Object.is(one, -0)) return '"$-0"';
      return Number.isFinite(one) ? String(one) : `"$${one}"`;
    }
    if (typeof one !== 'object') return '"$undefined"';
    if (one instanceof Date) return `"$D${Number.isNaN(one.getTime()) ? 'never' : one.toISOString()}"`;
    if (one instanceof Later) return part('@', () => encode(one.value));
    if (one instanceof Map) return part('Q', () => encode([...one]));
    if (one instanceof Set) return part('W', () => encode([...one]));
    if (one instanceof FormData) {
      ids += 1;
      for (const [name, field] of one) body.append(`_${ids.toString(16)}_${name}`, field);
      return `"$K${ids.toString(16)}"`;
    }
    if (ArrayBuffer.isView(one)) {
      const { buffer, byteOffset, byteLength } = one;
      return part('o', () => new Blob([new Uint8Array(buffer, byteOffset, byteLength).slice()]));
    }
    if (Array.isArray(one)) return `[${one.map(encode)}]`;
    const entries = Object.entries(one).map(([key, inner]) => `${JSON.stringify(key)}:${encode(inner)}`);
    return `{${entries}}`;
  };
  // Last, as React sends it: what it refers to must be there.
  body.append('0', encode(list));
  return body;
}
