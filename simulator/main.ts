// `npm run simulator`: the simulator alone. Writes DIR/edgerc, says where it listens, and runs until it is stopped.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { edgercOf } from './edgerc';
import { startSimulator } from './server';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    'control-port': { type: 'string', default: '0' },
    dir: { type: 'string', default: '.' },
    strict: { type: 'boolean', default: false },
    empty: { type: 'boolean', default: false },
    tokens: { type: 'string', default: '0' },
    'activation-ms': { type: 'string', default: '4000' },
  },
});

const simulator = await startSimulator({
  port: Number(values.port),
  controlPort: Number(values['control-port']),
  strict: values.strict,
  empty: values.empty,
  extraTokens: Number(values.tokens),
  activationMs: Number(values['activation-ms']),
});
const edgerc = join(resolve(values.dir), 'edgerc');
mkdirSync(resolve(values.dir), { recursive: true });
writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
chmodSync(edgerc, 0o600);
console.log(
  `The simulator listens on ${simulator.url}, its control handle on ${simulator.controlUrl}. Credentials: ${edgerc}`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.close().then(() => process.exit(0));
  });
}
