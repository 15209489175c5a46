// A start until the first 200 of /api/ready, and the memory of the idle server, against a bare Next app.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMb } from '../process-figures';
import { freePort, nextBin, ROOT, startSimulator } from '../steps.mjs';
import { ms, printRow, quantile } from './figures';

const RUNS = 5;
const RATIO_MAX = 1.3;
/** After the start the server settles before its memory is read. */
const IDLE_MS = 3_000;

/** The bare app: one page, one route, nothing of ours. Its modules are a link, which Turbopack follows below its root. */
const BARE: Readonly<Record<string, string>> = {
  'package.json': '{"name":"bare","private":true,"type":"module"}',
  'next.config.mjs': `export default { turbopack: { root: ${JSON.stringify(parse(ROOT).root)} } };`,
  'app/layout.jsx':
    'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }',
  'app/page.jsx': 'export default function Page() { return <p>bare</p>; }',
  'app/api/ready/route.js':
    "export const dynamic = 'force-dynamic'; export const GET = () => Response.json({ status: 'ready' });",
};

export async function benchStart(): Promise<string[]> {
  // Not inside of the repository: Next would take our instrumentation and proxy for the bare app's.
  const bare = mkdtempSync(join(tmpdir(), 'token-desk-bare-'));
  const data = mkdtempSync(join(tmpdir(), 'token-desk-start-'));
  const simulator = await startSimulator(join(data, 'simulator'));
  try {
    for (const [path, text] of Object.entries(BARE)) {
      mkdirSync(dirname(join(bare, path)), { recursive: true });
      writeFileSync(join(bare, path), text);
    }
    symlinkSync(join(ROOT, 'node_modules'), join(bare, 'node_modules'));
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
    const built = spawnSync(process.execPath, [nextBin(), 'build'], { cwd: bare, env, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the bare app cannot be built: ${built.stderr}`);
    const startBare = (port: number) =>
      spawn(process.execPath, [nextBin(), 'start', '-p', String(port), '-H', '127.0.0.1'], {
        cwd: bare,
        env: { ...env, NODE_ENV: 'production' },
        stdio: 'ignore',
      });
    const startDesk = (port: number) =>
      spawn(process.execPath, [join(ROOT, 'scripts', 'start.mjs')], {
        cwd: ROOT,
        env: {
          ...env,
          HOST: '127.0.0.1',
          PORT: String(port),
          PUBLIC_URL: `http://localhost:${port}`,
          DATA_DIR: join(data, 'data'),
          EDGERC: simulator.edgerc,
          AKAMAI_ORIGIN: simulator.url,
        },
        stdio: 'ignore',
      });
    const figures = { bare: [] as Started[], desk: [] as Started[] };
    // In turns, and once unmeasured: the first start makes the database, and fills the system's cache.
    for (let run = -1; run < RUNS; run += 1) {
      const one = { bare: await measure(startBare), desk: await measure(startDesk) };
      if (run < 0) continue;
      figures.bare.push(one.bare);
      figures.desk.push(one.desk);
    }
    const median = (of: readonly Started[], what: keyof Started) =>
      quantile(
        of.map((one) => one[what]),
        0.5,
      );
    console.log('');
    printRow('', ['bare Next', 'Token Desk', 'ratio']);
    const missed: string[] = [];
    for (const [name, what, print] of [
      ['start to the first 200 of /api/ready', 'readyMs', ms],
      ['memory of the idle server', 'memoryMb', (value: number) => `${value.toFixed(0)} MB`],
    ] as const) {
      const [base, ours] = [median(figures.bare, what), median(figures.desk, what)];
      printRow(name, [print(base), print(ours), `${(ours / base).toFixed(2)} x`]);
      if (ours / base > RATIO_MAX) missed.push(name);
    }
    return missed;
  } finally {
    simulator.child.kill('SIGTERM');
    for (const folder of [bare, data]) rmSync(folder, { recursive: true, force: true });
  }
}

type Started = { readyMs: number; memoryMb: number };

async function measure(start: (port: number) => ChildProcess): Promise<Started> {
  const port = await freePort();
  const started = performance.now();
  const child = start(port);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      const isReady = await fetch(`http://127.0.0.1:${port}/api/ready`).then(
        (answer) => answer.ok,
        // Not listening yet.
        () => false,
      );
      if (isReady) break;
      await sleep(10);
    }
    const readyMs = performance.now() - started;
    await sleep(IDLE_MS);
    return { readyMs, memoryMb: residentMb(child.pid ?? 0) };
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}
