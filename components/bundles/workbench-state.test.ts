import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inspection } from './inspection-answer';
import { BUNDLES_MAX, type Bundle, isReady, ownOptions, progressOf, workbench } from './workbench-state';

const EDGEWORKERS = [{ id: '4101', name: 'cart-api' }];
const file = (name: string) => new File(['x'], name);
const add = (...names: string[]) =>
  workbench([], { kind: 'add', files: names.map(file), edgeWorkers: EDGEWORKERS });

function inspection(isPatchable: boolean): Inspection {
  const problem = { code: 'tokens-file-conflict', title: 'Taken.', detail: 'Nothing was changed.' };
  return {
    entries: [],
    tokensFile: null,
    tokensFiles: [],
    inlined: [],
    helperVersion: null,
    edgeWorkerVersion: null,
    suggestedVersion: null,
    packedBytes: 1,
    unpackedBytes: 1,
    findings: [],
    preview: isPatchable
      ? {
          ok: true,
          file: 'edgekv_tokens.js',
          changes: [],
          diff: [],
          isRewritten: false,
          entriesKept: 0,
          packedBytes: 1,
          findings: [],
        }
      : { ok: false, problem, rewriteDiff: null },
    validation: null,
  };
}

function seen(bundles: readonly Bundle[], id: number, isPatchable = true): readonly Bundle[] {
  return workbench(bundles, {
    kind: 'state',
    id,
    state: { kind: 'seen', inspection: inspection(isPatchable) },
  });
}

test('bundles that are added wait, have ids of their own, and an EdgeWorker where the name tells it', () => {
  const first = add('cart-api-1.0.tgz', 'other.tgz');
  assert.deepEqual(
    first.map(({ id, state, options }) => [id, state.kind, options.edgeWorker]),
    [
      [1, 'waiting', '4101'],
      [2, 'waiting', null],
    ],
  );
  const removed = workbench(first, { kind: 'remove', id: 1 });
  const more = workbench(removed, { kind: 'add', files: [file('third.tgz')], edgeWorkers: [] });
  assert.deepEqual(
    more.map(({ id }) => id),
    [2, 3],
  );
});

test('no more bundles are taken than the server takes at once', () => {
  const many = add(...Array.from({ length: BUNDLES_MAX + 5 }, (_, index) => `${index}.tgz`));
  assert.equal(many.length, BUNDLES_MAX);
});

test('a bundle is ready when it was looked at and can be patched', () => {
  const [ready] = seen(add('a.tgz'), 1);
  const [refused] = seen(add('a.tgz'), 1, false);
  const [waiting] = add('a.tgz');
  assert.ok(ready && refused && waiting);
  assert.deepEqual([ready, refused, waiting].map(isReady), [true, false, false]);
});

test('a changed option has the bundle looked at again, and what was seen stays until then', () => {
  const saved = workbench(seen(add('a.tgz'), 1), { kind: 'saved', id: 1, digest: 'd' });
  const [changed] = workbench(saved, { kind: 'options', id: 1, options: { rewrite: true } });
  assert.equal(changed?.state.kind, 'waiting');
  assert.equal(changed?.saved, null);
  assert.ok(changed?.last);
  assert.equal(changed?.options.rewrite, true);
});

test('cancelling ends what is not done and keeps what is', () => {
  const some = workbench(seen(add('a.tgz', 'b.tgz', 'c.tgz'), 1), {
    kind: 'state',
    id: 2,
    state: { kind: 'checking' },
  });
  assert.deepEqual(progressOf(some), { done: 1, all: 3 });
  const cancelled = workbench(some, { kind: 'cancel' });
  assert.deepEqual(
    cancelled.map(({ state }) => state.kind),
    ['seen', 'cancelled', 'cancelled'],
  );
  assert.equal(progressOf(cancelled), null);
  assert.deepEqual(progressOf(workbench(cancelled, { kind: 'recheck' })), { done: 0, all: 3 });
});

test('a failed download says why, and a saved one takes that back', () => {
  const problem = { code: 'busy' as const, status: 503, title: 'Busy.', detail: 'Later.' };
  const failed = workbench(seen(add('a.tgz'), 1), { kind: 'failed', id: 1, problem });
  assert.equal(failed[0]?.problem, problem);
  const [saved] = workbench(failed, { kind: 'saved', id: 1, digest: 'd' });
  assert.deepEqual([saved?.problem, saved?.saved], [null, 'd']);
});

test('only what was chosen is sent as an option', () => {
  const [plain] = add('a.tgz');
  assert.ok(plain);
  assert.deepEqual(ownOptions(plain), {});
  const chosen = {
    file: 'lib/edgekv_tokens.js',
    rewrite: true,
    stripPrefix: true,
    version: '2',
    edgeWorker: '1',
  };
  const [changed] = workbench(add('a.tgz'), {
    kind: 'options',
    id: 1,
    options: { ...chosen, validate: true },
  });
  assert.ok(changed);
  assert.deepEqual(ownOptions(changed), chosen);
});
