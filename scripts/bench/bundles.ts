// How much a patch through HTTP costs above what nobody can do without: unpacking and packing the same bytes once.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { makeBundle } from '@/simulator/bundle';
import { type Desk, openDesk } from '../desk';
import { residentMb } from '../process-figures';
import { scriptBundle } from './bundle-of-size';
import { ms, printRow, quantile, timeRuns } from './figures';

const LEVEL = 6;
const BATCH = 20;
const FLAT_RUNS = 1_000;

/** Packed size, how often it is measured, and the goal: a factor, or milliseconds above the base line. */
const SIZES: readonly {
  name: string;
  bytes: number;
  warmUp: number;
  runs: number;
  goal: { factor: number } | { extraMs: number };
}[] = [
  { name: '10 KB', bytes: 10 * 1024, warmUp: 300, runs: 200, goal: { extraMs: 5 } },
  { name: '500 KB', bytes: 500 * 1024, warmUp: 5, runs: 60, goal: { factor: 1.15 } },
  { name: '1 MB', bytes: 1024 * 1024, warmUp: 5, runs: 30, goal: { factor: 1.15 } },
  { name: '5 MB', bytes: 5 * 1024 * 1024, warmUp: 5, runs: 12, goal: { factor: 1.15 } },
];

const [unpack, pack] = [promisify(gunzip), promisify(gzip)];

export async function benchBundles(): Promise<void> {
  console.log(
    '\nBundles: a patch through HTTP, audit included, against a bare gunzip and gzip of the same bytes',
  );
  const { desk, close } = await openDesk('bench', { people: [] });
  const agent = new Agent({ keepAlive: true });
  try {
    const key = await desk.manage(['key', 'create', 'bench', '--role', 'releaser']);
    await detailsRead(desk, key);
    const post = poster(desk, key, agent);
    printRow('', ['bare', 'patched', 'ratio', 'extra', 'size', 'goal']);
    const met: boolean[] = [];
    for (const size of SIZES) met.push(await benchSize(size, post));
    await benchEmpty(desk);
    met.push(await benchBatch(desk, key, agent));
    await benchMemory(desk, post);
    console.log(`\nGoals: ${met.every(Boolean) ? 'met' : 'MISSED'}`);
  } finally {
    agent.destroy();
    await close();
  }
}

type Post = (
  path: string,
  body: Uint8Array,
  type: string,
) => Promise<{ headers: IncomingHttpHeaders; body: Buffer }>;

/** Sends over one kept connection, as a pipeline's proxy would. Throws unless the answer is 200. */
function poster(desk: Desk, key: string, agent: Agent): Post {
  return (path, body, type) =>
    new Promise((resolve, reject) => {
      const headers = {
        Authorization: `Bearer ${key}`,
        'Content-Type': type,
        'Content-Length': body.byteLength,
      };
      const sent = request(`${desk.url}${path}`, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks);
          if (response.statusCode === 200) resolve({ headers: response.headers, body: answer });
          else
            reject(new Error(`${path} answered ${response.statusCode}: ${answer.toString().slice(0, 300)}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

async function bare(bundle: Uint8Array): Promise<Buffer> {
  return pack(await unpack(bundle), { level: LEVEL });
}

async function timed<T>(run: () => Promise<T>): Promise<{ value: T; took: number }> {
  const started = performance.now();
  const value = await run();
  return { value, took: performance.now() - started };
}

async function benchSize(
  { name, bytes, warmUp, runs, goal }: (typeof SIZES)[number],
  post: Post,
): Promise<boolean> {
  const bundle = scriptBundle(bytes);
  const path = '/api/v1/bundles/patch?token=cart-reader';
  const [bares, patches]: [number[], number[]] = [[], []];
  let [bareBytes, patchedBytes] = [0, 0];
  // In turns, so that whatever else the machine does hits both alike. The first ones warm up: the code is compiled
  // after some hundred calls only, which is most of the time that a small bundle takes.
  for (let run = -warmUp; run < runs; run += 1) {
    const plain = await timed(() => bare(bundle));
    const patched = await timed(() => post(path, bundle, 'application/gzip'));
    if (run < 0) continue;
    bares.push(plain.took);
    patches.push(patched.took);
    [bareBytes, patchedBytes] = [plain.value.byteLength, patched.value.body.byteLength];
  }
  const [base, ours] = [quantile(bares, 0.5), quantile(patches, 0.5)];
  const growth = patchedBytes / bareBytes - 1;
  const isFast = 'factor' in goal ? ours / base <= goal.factor : ours - base <= goal.extraMs;
  // A tokens file of its own weighs something in a bundle of 10 KB.
  const isSmall = growth <= 0.01 || patchedBytes - bareBytes < 600;
  const wanted = 'factor' in goal ? `${goal.factor} x` : `+${goal.extraMs} ms`;
  printRow(`${name} (${Math.round(bundle.byteLength / 1024)} KB packed)`, [
    ms(base),
    ms(ours),
    `${(ours / base).toFixed(2)} x`,
    ms(ours - base),
    `${growth >= 0 ? '+' : ''}${(growth * 100).toFixed(2)} %`,
    `${wanted} ${isFast && isSmall ? 'met' : 'MISSED'}`,
  ]);
  return isFast && isSmall;
}

/** What any answer of the server costs: the part of a small patch that no patch can save. */
async function benchEmpty(desk: Desk): Promise<void> {
  const took = await timeRuns(
    200,
    async () => {
      await (await fetch(`${desk.url}/api/health`)).arrayBuffer();
    },
    300,
  );
  printRow('an empty answer of the same server', ['', ms(quantile(took, 0.5))]);
}

async function benchBatch(desk: Desk, key: string, agent: Agent): Promise<boolean> {
  const bundles = Array.from({ length: BATCH }, (_, index) => scriptBundle(500 * 1024, index));
  const form = new FormData();
  for (const [index, bundle] of bundles.entries())
    form.append('bundle', new Blob([new Uint8Array(bundle)]), `b${index}.tgz`);
  const encoded = new Response(form);
  const type = encoded.headers.get('content-type') ?? '';
  const body = new Uint8Array(await encoded.arrayBuffer());
  const post = poster(desk, key, agent);
  const [bares, batches]: [number[], number[]] = [[], []];
  for (let run = -1; run < 5; run += 1) {
    const serial = await timed(async () => {
      for (const bundle of bundles) await bare(bundle);
    });
    const batch = await timed(() => post('/api/v1/bundles/patch?token=cart-reader', body, type));
    if (run < 0) continue;
    bares.push(serial.took);
    batches.push(batch.took);
  }
  const [base, ours] = [quantile(bares, 0.5), quantile(batches, 0.5)];
  const isMet = ours / base <= 0.65;
  printRow(`${BATCH} bundles of 500 KB as one zip`, [
    ms(base),
    ms(ours),
    `${(ours / base).toFixed(2)} x`,
    '',
    '',
    `0.65 x ${isMet ? 'met' : 'MISSED'}`,
  ]);
  return isMet;
}

async function benchMemory(desk: Desk, post: Post): Promise<void> {
  const bundle = makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });
  const figures: string[] = [];
  for (let run = 0; run <= FLAT_RUNS; run += 1) {
    await post('/api/v1/bundles/patch?token=cart-reader', bundle, 'application/gzip');
    if (run % 250 === 0) figures.push(`${Math.round(residentMb(desk.pid))} MB after ${run}`);
  }
  console.log(`\nResident memory of the server over ${FLAT_RUNS} patches: ${figures.join(', ')}`);
}

async function detailsRead(desk: Desk, key: string): Promise<void> {
  const pending = z.object({ detailsPending: z.number() });
  for (;;) {
    const answer = await fetch(`${desk.url}/api/v1/tokens`, { headers: { Authorization: `Bearer ${key}` } });
    if (pending.parse(await answer.json()).detailsPending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
