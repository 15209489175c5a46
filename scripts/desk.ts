// A whole Token Desk for browser tests, benchmarks and pictures: the production server, a simulator and a data folder
// of its own, and somebody of each role.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright';
import { ROLES, type Role } from '@/lib/domain/access';
import { Control } from '@/simulator/control';
import { freePort, ROOT, startApp, startSimulator } from './steps.mjs';

/** The password of everybody on such a desk. */
export const PASSWORD = 'a password for tests only';

export type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>;
export type DeskOptions = {
  /** The roles to have somebody of, as `ROLE@example.com`. */
  people: readonly Role[];
  env?: Record<string, string>;
  /** Arguments of the simulator. */
  simulator?: readonly string[];
  /** Gets everything that the server prints. */
  onOutput?: (text: string) => void;
};

export type Desk = {
  url: string;
  simulatorUrl: string;
  control: Control;
  /** The data folder. */
  dataDir: string;
  /** The process id of the server, another one after a restart. */
  readonly pid: number;
  /** The exit code of the server, once the present one has ended. */
  ended: () => Promise<number | null>;
  /** Kills the server as a power cut would. */
  kill: () => Promise<void>;
  /**
   * Kills the server and starts it again on the same data, with `changes` to its settings from then on; the answer is how
   * long it took to be ready, milliseconds.
   */
  restart: (changes?: Record<string, string>) => Promise<number>;
  /** Everything the server printed so far. */
  log: () => string;
  /** Runs `npm run manage -- …` on this desk's data; the answer is what it printed. */
  manage: (args: readonly string[], stdin?: string) => Promise<string>;
  /** A signed-in browser context of that role. */
  signedIn: (browser: Browser, role: Role, options?: ContextOptions) => Promise<BrowserContext>;
};

/** Opens a desk; `close` ends it and removes its data. The build must be there. */
export async function openDesk(
  name: string,
  options: DeskOptions,
): Promise<{ desk: Desk; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), `token-desk-${name}-`));
  const simulator = await startSimulator(folder, options.simulator ?? []);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let printed = '';
  const people = await folderOf(ROLES.filter((role) => options.people.includes(role)));
  const env = {
    PUBLIC_URL: url,
    DATA_DIR: join(folder, 'data'),
    EDGERC: simulator.edgerc,
    // One account; a test of several names them.
    EDGERC_SECTIONS: 'default',
    AKAMAI_ORIGIN: simulator.url,
    SETTLE_SECONDS: '6',
    // Calls that nobody asked for would stand in the simulator's journal.
    USAGE_SCAN_HOURS: '0',
    ALLOW_UPLOADS: 'true',
    ...options.env,
  };
  if (people !== null) copyFolder(people, env.DATA_DIR);
  const start = () =>
    startApp('start', port, env, (text) => {
      printed += text;
      options.onOutput?.(text);
    });
  let app = await start();
  const kill = () => ended(app, 'SIGKILL');
  const states = new Map<Role, Awaited<ReturnType<BrowserContext['storageState']>>>();
  const desk: Desk = {
    url,
    simulatorUrl: simulator.url,
    control: new Control(simulator.controlUrl),
    dataDir: env.DATA_DIR,
    get pid() {
      return app.pid ?? 0;
    },
    ended: () => {
      const child = app;
      return new Promise((resolve) => {
        if (child.exitCode !== null) resolve(child.exitCode);
        else child.once('exit', (code) => resolve(code));
      });
    },
    kill,
    restart: async (changes = {}) => {
      await kill();
      Object.assign(env, changes);
      const started = performance.now();
      app = await start();
      return performance.now() - started;
    },
    log: () => printed,
    manage: (args, stdin = '') => manage(args, stdin, env),
    signedIn: async (browser, role, contextOptions = {}) => {
      const known = states.get(role);
      const context = await browser.newContext({
        baseURL: url,
        ...contextOptions,
        ...(known ? { storageState: known } : {}),
      });
      if (known) return context;
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.getByLabel('E-mail').fill(`${role}@example.com`);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(/\/tokens/);
      states.set(role, await context.storageState());
      await page.close();
      return context;
    },
  };
  const close = async () => {
    for (const child of [app, simulator.child]) await ended(child, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  return { desk, close };
}

/** Data folders by the roles that there is somebody of, each made once by this process: hashing a password takes long. */
const folders = new Map<string, Promise<string>>();
process.once('exit', () => {
  for (const key of folders.keys()) rmSync(pathOf(key), { recursive: true, force: true });
});

const pathOf = (key: string) => join(tmpdir(), `token-desk-people-${process.pid}-${key}`);

/** A data folder with somebody of each of `roles`; null without any. Nobody writes to it any more. */
async function folderOf(roles: readonly Role[]): Promise<string | null> {
  const [role] = roles.slice(-1);
  if (role === undefined) return null;
  const key = roles.join('-');
  const made =
    folders.get(key) ??
    folderOf(roles.slice(0, -1)).then(async (others) => {
      if (others !== null) copyFolder(others, pathOf(key));
      const env = { DATA_DIR: pathOf(key) };
      await manage(['people', 'add', `${role}@example.com`, '--role', role], PASSWORD, env);
      return pathOf(key);
    });
  folders.set(key, made);
  return made;
}

/** The files of a data folder, into one that may be there already. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
}

/** Sends the signal, and waits until the process is gone. */
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

function manage(args: readonly string[], stdin: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const command = ['--conditions=react-server', '--import', 'tsx', 'scripts/manage.ts', ...args];
    const child = spawn(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...env } });
    let printed = '';
    let said = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.once('exit', (status) =>
      status === 0 ? resolve(printed.trim()) : reject(new Error(`manage: ${said}`)),
    );
    child.stdin.end(stdin);
  });
}
