// `npm run dev`: the development server with the simulator. Its data stays in .dev, so that you sign in once.
import { join } from 'node:path';
import { ensureDependencies, freePort, ROOT, say, startApp, startSimulator, stopTogether } from './steps.mjs';

ensureDependencies();
const folder = join(ROOT, '.dev');
const simulator = await startSimulator(folder);
const port = await freePort(3000);
const address = `http://localhost:${port}`;
say(`Starting at ${address} with the simulator at ${simulator.url} …`);
const app = await startApp(
  'dev',
  port,
  {
    PUBLIC_URL: address,
    DATA_DIR: join(folder, 'data'),
    EDGERC: simulator.edgerc,
    ACCOUNT_SWITCH_KEYS: simulator.switchKeys,
    AKAMAI_ORIGIN: simulator.url,
  },
  (text) => process.stdout.write(text),
);
stopTogether([app, simulator.child]);
