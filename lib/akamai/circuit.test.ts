// The circuit by a clock that the test turns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCircuit } from './circuit';

function circuitAt() {
  let at = 0;
  const circuit = createCircuit({ failuresMax: 5, waitMs: 5_000, waitMsMax: 60_000 }, () => at);
  const call = (outcome: 'answered' | 'failed' | 'nothing') => {
    const admitted = circuit.admit();
    assert.ok(admitted);
    circuit.settle(admitted, outcome);
    return admitted;
  };
  const fail = (times: number) => {
    for (let time = 0; time < times; time += 1) call('failed');
  };
  return { circuit, call, fail, wait: (ms: number) => (at += ms) };
}

test('[39] it opens after 5 failures in a row, and not after 4 and an answer', () => {
  const { circuit, call, fail } = circuitAt();
  fail(4);
  call('answered');
  fail(4);
  call('nothing');
  assert.equal(circuit.state(), 'closed');
  fail(1);
  assert.equal(circuit.state(), 'open');
  assert.equal(circuit.admit(), null);
  assert.equal(circuit.nextTryInMs(), 5_000);
});

test('[39] one probe goes after the wait, all others not; its answer closes it', () => {
  const { circuit, call, fail, wait } = circuitAt();
  fail(5);
  wait(4_999);
  assert.equal(circuit.admit(), null);
  wait(1);
  assert.equal(circuit.admit(), 'probe');
  assert.equal(circuit.state(), 'probing');
  assert.equal(circuit.admit(), null);
  assert.equal(circuit.isShut(), true);
  circuit.settle('probe', 'answered');
  assert.equal(circuit.state(), 'closed');
  assert.equal(call('failed'), 'call');
  assert.equal(circuit.state(), 'closed', 'failures are counted anew');
});

test('each probe that fails doubles the wait up to a minute; an answer starts it anew', () => {
  const { circuit, call, fail, wait } = circuitAt();
  fail(5);
  const waits = [];
  for (let round = 0; round < 6; round += 1) {
    const ms = circuit.nextTryInMs() ?? 0;
    waits.push(ms);
    wait(ms);
    assert.equal(call(round < 5 ? 'failed' : 'answered'), 'probe');
  }
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  fail(5);
  assert.equal(circuit.nextTryInMs(), 5_000);
});

test('a probe that was given up leaves its place to the next call', () => {
  const { circuit, call, fail, wait } = circuitAt();
  fail(5);
  wait(5_000);
  assert.equal(call('nothing'), 'probe');
  assert.equal(call('answered'), 'probe');
  assert.equal(circuit.state(), 'closed');
});

test('calls that were under way when it opened do not open it again, and their answer closes it', () => {
  const { circuit, fail, wait } = circuitAt();
  const late = [circuit.admit(), circuit.admit()];
  fail(5);
  wait(2_000);
  circuit.settle('call', 'failed');
  assert.equal(circuit.nextTryInMs(), 3_000);
  circuit.settle('call', 'answered');
  assert.equal(circuit.state(), 'closed');
  assert.deepEqual(late, ['call', 'call']);
});
