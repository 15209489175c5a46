// A run over many damaged archives: what the desk says to each, how long it takes, and whether the archives that it takes
// mean the same to GNU tar, Python, node-tar and ourselves, before and after a patch.
import { gunzipSync } from 'node:zlib';
import { readArchive } from '../archive';
import { patchBundle } from '../bundle';
import type { TokensFileEntry } from '../tokens-file-entry';
import { LEGITIMATE } from './archives';
import { changesBeside, differencesOf, type Pending } from './archives-compare';
import { mutated } from './archives-mutate';
import { type Random, randomOf } from './archives-random';
import { hasGnuTar, hasPython, listGnuTar, listNodeTar, listOurs, listPython } from './archives-readers';

export const CPU_MS_MAX = 250;

/** What is put in. */
export const TOKEN: TokensFileEntry = {
  name: 'cart-rw',
  namespaces: ['cart', 'default'],
  reference: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
};

export type Figures = {
  mutations: number;
  accepted: number;
  /** Problems by code. */
  refused: Map<string, number>;
  slowestCpuMs: number;
  rssBytesMax: number;
  /** These have to stay empty. */
  crashes: string[];
  overTime: string[];
  differences: string[];
};

/** Archives that are read back together. */
const BATCH = 1_500;

/** Runs `count` mutations with the numbers of `seed`. */
export async function runCampaign(count: number, seed: number): Promise<Figures> {
  const figures: Figures = {
    mutations: 0,
    accepted: 0,
    refused: new Map(),
    slowestCpuMs: 0,
    rssBytesMax: 0,
    crashes: [],
    overTime: [],
    differences: [],
  };
  const tars = smallTars();
  const random = randomOf(seed);
  let pending: Pending[] = [];
  for (let index = 0; index < count; index += 1) {
    const packed = mutated(tars, random);
    figures.mutations += 1;
    pending.push(...(await tryOne(`seed ${seed}, mutation ${index}`, packed, random, figures)));
    figures.rssBytesMax = Math.max(figures.rssBytesMax, process.memoryUsage.rss());
    if (pending.length < BATCH && index < count - 1) continue;
    figures.differences.push(...readBack(pending));
    pending = [];
  }
  return figures;
}

/** Small legitimate archives, unpacked: what is damaged. */
function smallTars(): Buffer[] {
  return LEGITIMATE.flatMap(({ packed }) => {
    const bytes = packed();
    const tar = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    return tar.byteLength <= 16 * 1024 ? [tar] : [];
  });
}

async function tryOne(name: string, packed: Buffer, random: Random, figures: Figures): Promise<Pending[]> {
  const stripPrefix = random.below(2) === 0;
  try {
    const { result, cpuMs } = await timedRead(packed);
    figures.slowestCpuMs = Math.max(figures.slowestCpuMs, cpuMs);
    if (cpuMs > CPU_MS_MAX) figures.overTime.push(`${name}: ${cpuMs} ms`);
    const patched = await patchBundle(packed, [TOKEN], { overwrite: true, rewrite: true, stripPrefix });
    if (!patched.ok) {
      const { code, status } = patched.problem;
      figures.refused.set(code, (figures.refused.get(code) ?? 0) + 1);
      if (status < 400 || status >= 500) figures.crashes.push(`${name}: status ${status}`);
      return [];
    }
    if (!result.ok) throw new Error(`it was refused once and taken once: ${result.problem.title}`);
    figures.accepted += 1;
    const again = await readArchive(patched.value.bytes);
    if (!again.ok) {
      figures.differences.push(`${name}: we refuse what we wrote (${again.problem.title})`);
      return [];
    }
    const changes = changesBeside(result.value, again.value, patched.value.file, stripPrefix);
    figures.differences.push(...changes.map((change) => `${name}, patched: ${change}`));
    // Unpacked, which spares GNU tar a process.
    return [
      { name, bytes: Buffer.from(result.value.bytes), expected: listOurs(result.value) },
      { name: `${name}, patched`, bytes: Buffer.from(again.value.bytes), expected: listOurs(again.value) },
    ];
  } catch (error) {
    figures.crashes.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    return [];
  }
}

/** The scan and its CPU time: the best of three, since other work on the machine counts too. */
export async function timedRead(packed: Buffer) {
  let cpuMs = Number.POSITIVE_INFINITY;
  for (let times = 1; ; times += 1) {
    const started = process.cpuUsage();
    const result = await readArchive(packed);
    const { user, system } = process.cpuUsage(started);
    cpuMs = Math.min(cpuMs, (user + system) / 1_000);
    if (cpuMs <= CPU_MS_MAX || times === 3) return { result, cpuMs };
  }
}

function readBack(pending: readonly Pending[]): string[] {
  const archives = pending.map(({ bytes }) => bytes);
  return [
    ...differencesOf('node-tar', archives.map(listNodeTar), pending),
    ...(hasPython ? differencesOf('Python', listPython(archives), pending) : []),
    ...(hasGnuTar ? differencesOf('GNU tar', listGnuTar(archives), pending) : []),
  ];
}
