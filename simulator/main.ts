// `npm run simulator`: the simulator alone. Writes DIR/edgerc, says where it listens, and runs until it is stopped.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ACCOUNT_SWITCH_KEYS } from './accounts';
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
    tls: { type: 'boolean', default: false },
    /** Over TLS: good, wrong-name or expired. */
    certificate: { type: 'string', default: 'good' },
  },
});
const kind = (['good', 'wrong-name', 'expired'] as const).find((one) => one === values.certificate);
if (!kind) throw new Error('--certificate is good, wrong-name or expired.');

const simulator = await startSimulator({
  port: Number(values.port),
  controlPort: Number(values['control-port']),
  strict: values.strict,
  empty: values.empty,
  extraTokens: Number(values.tokens),
  activationMs: Number(values['activation-ms']),
  ...(values.tls ? { tls: kind } : {}),
});
const folder = resolve(values.dir);
const edgerc = join(folder, 'edgerc');
mkdirSync(folder, { recursive: true });
writeFileSync(edgerc, edgercOf(simulator, ['media']), { mode: 0o600 });
chmodSync(edgerc, 0o600);
const lines = [
  `The simulator listens on ${simulator.url}, its control handle on ${simulator.controlUrl}. Credentials: ${edgerc}`,
  `Account switch keys: outlet=${ACCOUNT_SWITCH_KEYS.outlet}`,
];
if (simulator.ca) {
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, simulator.ca);
  lines.push(
    `It speaks TLS. Clients must trust its authority: NODE_EXTRA_CA_CERTS=${ca}`,
    `The hosts in ${edgerc} have the port, so that the official CLI finds it:`,
    `  NODE_EXTRA_CA_CERTS=${ca} akamai edgekv --edgerc ${edgerc} --section default list tokens`,
  );
}
console.log(lines.join('\n'));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.close().then(() => process.exit(0));
  });
}
