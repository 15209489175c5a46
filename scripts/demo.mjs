// `npm run demo`: everything from a clean clone to a running Token Desk with its own simulator. No Akamai account.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ensureBuild,
  ensureDependencies,
  freePort,
  say,
  startApp,
  startSimulator,
  stopTogether,
} from './steps.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });

ensureDependencies();
if (!ensureBuild()) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), 'token-desk-demo-'));
const removeFolder = () => rmSync(folder, { recursive: true, force: true });
const simulator = await startSimulator(folder);
const port = await freePort(Number(values.port));
const address = `http://localhost:${port}`;
let output = '';
const app = await startApp(
  'start',
  port,
  {
    PUBLIC_URL: address,
    DATA_DIR: join(folder, 'data'),
    EDGERC: simulator.edgerc,
    ACCOUNT_SWITCH_KEYS: simulator.switchKeys,
    AKAMAI_ORIGIN: simulator.url,
    ALLOW_UPLOADS: 'true',
  },
  (text) => {
    output += text;
    if (output.length > 100_000) output = output.slice(-10_000);
  },
);
app.stdout.on('data', (chunk) => process.stdout.write(chunk));
app.stderr.on('data', (chunk) => process.stderr.write(chunk));
stopTogether([app, simulator.child], removeFolder);

const link = /(http:\/\/localhost:\d+\/setup\?secret=\S+)/.exec(output)?.[1];
say('');
say(`Token Desk runs at ${address}, with the simulator at ${simulator.url} instead of Akamai.`);
say('Make the first admin with this link, which works once (Ctrl-C ends everything and removes its data):');
say(link ?? `(no link was printed; the server said: ${output})`);
