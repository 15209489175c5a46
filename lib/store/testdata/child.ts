// A process of its own for the tests of the store: `child.ts lock|open DATA_DIR` does that, says `done`, and stays until
// it is killed; when it is refused it says why on standard error and ends with 1.
import { writeSync } from 'node:fs';
import { StoreError } from '../data-folder';
import { openDatabase } from '../database';
import { lockDataFolder } from '../server-lock';

const [what, dataDir = ''] = process.argv.slice(2);
try {
  if (what === 'lock') lockDataFolder(dataDir);
  else openDatabase(dataDir);
  writeSync(1, 'done\n');
  setInterval(() => undefined, 60_000);
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  writeSync(2, error.message);
  process.exit(1);
}
