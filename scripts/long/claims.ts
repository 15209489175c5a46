// The first run, raced for: fifty claims of one set-up secret at once, from four processes on one data folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { operatorActor } from '@/lib/services/session';
import { openSetup } from '@/lib/services/setup';
import { database } from '@/lib/store/database';
import { ROOT } from '../steps.mjs';

/** How many claims each process makes at once. */
const CLAIMS = [13, 13, 12, 12] as const;

/** Races `rounds` times on a database of its own. Throws unless there is exactly one winner and one admin each time. */
export async function raceForSetup(rounds: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'token-desk-claims-'));
  Object.assign(process.env, { DATA_DIR: dataDir, PUBLIC_URL: 'http://localhost:3000', LOG_LEVEL: 'fatal' });
  const { raw } = database();
  const claimers = CLAIMS.map(startClaimer);
  try {
    for (const { next } of claimers) await next();
    for (let round = 0; round < rounds; round += 1) {
      const link = await openSetup(operatorActor());
      const secret = link.ok ? link.value?.split('secret=')[1] : undefined;
      if (secret === undefined) throw new Error('there is no set-up link');
      for (const [index, { tell }] of claimers.entries()) tell(`${secret} ${CLAIMS[index]}`);
      const won = (await Promise.all(claimers.map(({ next }) => next()))).map(Number);
      const total = won.reduce((sum, one) => sum + one, 0);
      const admins = raw.prepare('select id from "user"').all().length;
      if (total !== 1 || admins !== 1) throw new Error(`round ${round}: ${total} winners, ${admins} admins`);
      raw.exec('delete from "user"');
    }
  } finally {
    for (const { end } of claimers) await end();
    raw.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Prints the figures of `npm run long -- claims`. */
export async function longClaims(): Promise<void> {
  const started = performance.now();
  await raceForSetup(100);
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`100 races of 50 claims in ${CLAIMS.length} processes: one admin each time; ${seconds} s`);
}

function startClaimer() {
  const program = join(ROOT, 'scripts', 'long', 'claimer.ts');
  const child = spawn(process.execPath, ['--conditions=react-server', '--import', 'tsx', program], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    tell: (line: string) => child.stdin.write(`${line}\n`),
    next: async (): Promise<string> => {
      const line = await lines.next();
      if (line.done) throw new Error('a process that claims ended');
      return line.value;
    },
    end: async (): Promise<void> => {
      child.stdin.end();
      await ended;
    },
  };
}
