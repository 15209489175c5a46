// Deployments by their tables: what people may choose, and what Akamai's answers mean when one was lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type FoundActivation,
  findSent,
  isOpen,
  judgeActivation,
  judgeUpload,
  NOTE_MAX,
  OPEN_STEPS,
  problemWords,
  type Replacement,
  refusalWords,
  STEP_KINDS,
  STEP_STATES,
  stepWords,
  targets,
  versionField,
  wrongVersions,
} from './deployment';
import type { Network } from './permissions';
import type { Problem } from './problem';

const SETTLE_MS = 60_000;
const SENT = { version: '1.2.4', checksum: 'a'.repeat(64) };
const OWN = { version: '1.2.4', checksum: 'a'.repeat(64) };
const ELSE = { version: '1.2.4', checksum: 'b'.repeat(64) };
const UNTOLD = { version: '1.2.4', checksum: null };
const BEFORE = { version: '1.2.3', checksum: 'a'.repeat(64) };

const UPLOADS: readonly [
  string,
  Parameters<typeof judgeUpload>[0],
  number,
  ReturnType<typeof judgeUpload>,
][] = [
  ['nothing, at once', [], 0, 'open'],
  ['nothing, just before it is settled', [], SETTLE_MS - 1, 'open'],
  ['nothing, from then on', [], SETTLE_MS, 'not-done'],
  ['other versions only, of the same content', [BEFORE], SETTLE_MS, 'not-done'],
  ['other versions only, at once', [BEFORE], 0, 'open'],
  ['the version with what was sent', [BEFORE, OWN], 0, 'done'],
  ['the same, later', [OWN], SETTLE_MS * 10, 'done'],
  ['the version with another sum, as Akamai may compute it in another way', [ELSE], 0, 'compare'],
  ['the version without a sum', [UNTOLD, BEFORE], SETTLE_MS, 'compare'],
];

for (const [name, found, ageMs, judged] of UPLOADS) {
  test(`an upload whose answer was lost, and the list has ${name}: ${judged}`, () => {
    assert.equal(judgeUpload(found, SENT, ageMs, SETTLE_MS), judged);
  });
}

const AT = Date.parse('2026-11-25T12:00:00Z');

function activation(id: string, seconds: number | null): FoundActivation {
  return { id, status: 'PENDING', createdAt: seconds === null ? null : AT + seconds * 1000 };
}

const SENDINGS: readonly [string, readonly FoundActivation[], string | null][] = [
  ['none', [], null],
  ['one made right after', [activation('a', 1)], 'a'],
  ['one made before by a clock that is slow', [activation('a', -120)], 'a'],
  ['one that is older than clocks differ', [activation('a', -121)], null],
  ['one whose time is not told', [activation('a', null)], null],
  ['an old and a new one', [activation('a', -3600), activation('b', 2)], 'b'],
  ['two new ones, the newest first', [activation('b', 9), activation('a', 2)], 'b'],
  ['two new ones, the newest last', [activation('a', 2), activation('b', 9)], 'b'],
  ['a new one beside one without a time', [activation('a', null), activation('b', 2)], 'b'],
];

for (const [name, found, id] of SENDINGS) {
  test(`an activation whose answer was lost, and the history has ${name}: ${id ?? 'it is none of them'}`, () => {
    assert.equal(findSent(found, AT)?.id ?? null, id);
  });
}

test('an activation that failed before, and what is older, is none that was asked for again', () => {
  const history = [activation('older', -90), activation('failed', -20), activation('new', 1)];
  assert.equal(findSent(history, AT, 'failed')?.id, 'new');
  assert.equal(findSent(history.slice(0, 2), AT, 'failed'), null);
  assert.equal(findSent(history.slice(0, 2), AT, null)?.id, 'failed');
  assert.equal(findSent(history, AT, 'not in the list')?.id, 'new');
});

const STATUSES: Readonly<Record<ReturnType<typeof judgeActivation>, readonly string[]>> = {
  active: ['COMPLETE'],
  failed: ['ABORTED', 'ERROR', 'EXPIRED', 'CANCELLED', 'DELETED_BY_AKAMAI'],
  'under-way': ['PRESUBMIT', 'PENDING', 'IN_PROGRESS', 'A_NEW_ONE', 'complete', ''],
};

test('each status of Akamai means active or failed, and an unknown one is still under way', () => {
  for (const judged of ['active', 'failed', 'under-way'] as const)
    for (const status of STATUSES[judged]) assert.equal(judgeActivation(status), judged, status);
});

function replacement(version: string, more: Partial<Replacement> = {}): Replacement {
  const edgeWorker = { id: '4101', name: 'cart' };
  return { edgeWorker, base: '1.2.3', networks: ['staging'], version, ...more };
}

const OTHER = { edgeWorker: { id: '4102', name: 'promo' } };
const FIELD = 'version-4101-1.2.3';

const VERSIONS: readonly [string, readonly Replacement[], Record<string, RegExp>][] = [
  ['another number', [replacement('1.2.4')], {}],
  ['the longest one', [replacement('v'.repeat(32))], {}],
  ['all signs that there may be', [replacement('1.2.4-rc_1~a')], {}],
  ['nothing', [replacement('')], { [FIELD]: /1 to 32/ }],
  ['one that is too long', [replacement('v'.repeat(33))], { [FIELD]: /1 to 32/ }],
  ['one with a space', [replacement('1.2.4 ')], { [FIELD]: /1 to 32/ }],
  ['one with two dots in a row', [replacement('1..4')], { [FIELD]: /two dots/ }],
  ['the one that is live', [replacement('1.2.3')], { [FIELD]: /live already/ }],
  [
    'the same for two live versions of one EdgeWorker',
    [replacement('1.3.0'), replacement('1.3.0', { base: '1.1.0', networks: ['production'] })],
    { 'version-4101-1.1.0': /cannot have the same name/ },
  ],
  [
    'two for two live versions of one EdgeWorker',
    [replacement('1.3.0'), replacement('1.3.1', { base: '1.1.0' })],
    {},
  ],
  ['the same for two EdgeWorkers', [replacement('1.3.0'), replacement('1.3.0', OTHER)], {}],
  [
    'a wrong one in each row',
    [replacement('1.2.3'), replacement('..', OTHER)],
    { [FIELD]: /live already/, 'version-4102-1.2.3': /1 to 32/ },
  ],
];

for (const [name, chosen, wrong] of VERSIONS) {
  const said =
    Object.keys(wrong).length === 0 ? 'is taken' : `is refused at ${Object.keys(wrong).join(', ')}`;
  test(`as a new version, ${name} ${said}`, () => {
    const found = wrongVersions(chosen);
    assert.deepEqual(Object.keys(found), Object.keys(wrong));
    for (const [field, words] of Object.entries(wrong)) assert.match(found[field]?.join() ?? '', words);
  });
}

test('the field of a new version names the EdgeWorker and what is live', () => {
  assert.equal(versionField('4101', '1.2.3'), FIELD);
});

test('a new version may go where the one that it was made of is live, staging first', () => {
  const tables: readonly [Network[], Network[]][] = [
    [['staging'], ['staging']],
    [['production'], ['production']],
    [
      ['production', 'staging'],
      ['staging', 'production'],
    ],
  ];
  for (const [networks, expected] of tables) assert.deepEqual(targets({ networks }), expected);
});

test('every step has words for every state, no two the same, and is over or still to come', () => {
  for (const kind of STEP_KINDS) {
    const words = STEP_STATES.map((state) => stepWords(kind, state));
    assert.equal(new Set(words).size, STEP_STATES.length);
  }
  assert.equal(stepWords('upload', 'done'), 'uploaded');
  assert.equal(stepWords('staging', 'done'), 'active');
  assert.equal(stepWords('production', 'following'), 'being activated');
  assert.deepEqual(STEP_STATES.filter(isOpen), [...OPEN_STEPS]);
  assert.deepEqual(
    STEP_STATES.filter((state) => !isOpen(state)),
    ['done', 'failed', 'cancelled'],
  );
  assert.equal(NOTE_MAX, 128);
});

const refusal = (type: string, message: string) => ({ type, message });

const REFUSALS: readonly [string, Parameters<typeof refusalWords>[0], string][] = [
  ['no reason', [], "Akamai's validation refuses the bundle."],
  [
    'a reason with advice',
    [refusal('ACCESS_TOKEN_EXPIRED', 'The token cart-rw has expired')],
    "Akamai's validation refuses the bundle. ACCESS_TOKEN_EXPIRED: The token cart-rw has expired. A token in the bundle has expired: put another one in its place.",
  ],
  [
    'a reason that nobody here knows',
    [refusal('SOMETHING_NEW', 'It is not so. . ')],
    "Akamai's validation refuses the bundle. SOMETHING_NEW: It is not so.",
  ],
  [
    // A name of every object must not be taken for advice.
    'a reason by the name of something else',
    [refusal('constructor', 'no')],
    "Akamai's validation refuses the bundle. constructor: no.",
  ],
  [
    'five reasons',
    ['A', 'B', 'C', 'D', 'E'].map((type) => refusal(type, 'no')),
    "Akamai's validation refuses the bundle. A: no. B: no. C: no. And 2 more.",
  ],
];

for (const [name, errors, words] of REFUSALS) {
  test(`a refusal with ${name} is told in Akamai's words and with what to do`, () => {
    assert.equal(refusalWords(errors), words);
  });
}

test('a refusal is told in part when it is long', () => {
  assert.ok(refusalWords([refusal('T'.repeat(1000), 'm'.repeat(10_000))]).length < 400);
});

const PROBLEM: Problem = {
  code: 'akamai-refused',
  status: 502,
  title: 'Akamai refused it.',
  detail: 'Nothing was changed.',
};

const PROBLEMS: readonly [string, Problem['upstream'], string][] = [
  ['nothing of its own', undefined, 'Akamai refused it. Nothing was changed.'],
  [
    'a detail',
    { status: 400, title: 'Bad', detail: 'Version exists.' },
    'Akamai refused it. Akamai says: Version exists.',
  ],
  ['a title only', { status: 400, title: 'Bad request' }, 'Akamai refused it. Akamai says: Bad request.'],
  [
    'a type that is known',
    { status: 400, detail: 'ACCESS_TOKEN_REFERENCE_INVALID in edgekv_tokens.js.' },
    'Akamai refused it. Akamai says: ACCESS_TOKEN_REFERENCE_INVALID in edgekv_tokens.js. Akamai does not know the token yet, or no more: wait until it is active, or choose another.',
  ],
];

for (const [name, upstream, words] of PROBLEMS) {
  test(`a problem of which Akamai said ${name} is told with that`, () => {
    assert.equal(problemWords(upstream ? { ...PROBLEM, upstream } : PROBLEM), words);
  });
}
