// Starts child.ts for a test.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'child.ts');

export type Child = {
  process: ChildProcess;
  /** Resolves when it has done what it was told; rejects with what it said when it ended before. */
  done: Promise<void>;
  /** Kills it as a power cut would, and waits until it is gone. */
  kill: () => Promise<void>;
};

/** Runs `what` on `dataDir` in a process with umask 000, which hides no wrong mode. */
export function startChild(what: 'lock' | 'open', dataDir: string): Child {
  const command = `umask 000; exec "${process.execPath}" --conditions=react-server --import tsx "${PROGRAM}" ${what} "${dataDir}"`;
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const done = new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => reject(new Error(said)));
  });
  // Whoever kills it does not wait for this one.
  done.catch(() => undefined);
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { process: child, done, kill };
}
