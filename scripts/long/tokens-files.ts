// The long run over tokens files: random tokens merged into random files, checked in every way, and all that was written
// loaded by fresh Node processes.
import fc from 'fast-check';
import { checkFresh, checkLoaded, checkMerge, type Written } from '@/lib/domain/corpus/tokens-files-checks';
import { file, tokens } from '@/lib/domain/corpus/tokens-files-random';

/** Merges whose files one fresh process loads. */
const CHUNK = 1_000;
/** A merge with all its checks takes a few milliseconds; none may come near what an upload may take. */
const MERGE_MS_MAX = 250;

/** Prints the figures of `count` merges; throws at the first that goes wrong, with the file and the tokens. */
export async function longTokensFiles(count = 100_000, seed = 1): Promise<void> {
  const started = performance.now();
  let [merges, loaded, entries, slowest] = [0, 0, 0, 0];
  for (let chunk = 0; merges < count; chunk += 1) {
    const written: Written[] = [];
    const numRuns = Math.min(CHUNK, count - merges);
    const property = fc.property(file, tokens, (one, all) => {
      const before = process.cpuUsage();
      written.push(...checkMerge(one, all), ...checkFresh(all));
      const { user, system } = process.cpuUsage(before);
      slowest = Math.max(slowest, (user + system) / 1_000);
      entries += one.entries.length;
    });
    fc.assert(property, { numRuns, seed: seed * 1_000_003 + chunk });
    checkLoaded(written);
    merges += numRuns;
    loaded += written.length;
  }
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`tokens files, seed ${seed}: ${merges} merges in ${seconds} s`);
  console.log(`  entries before   ${entries}`);
  console.log(`  files loaded by fresh processes and equal  ${loaded}`);
  console.log(`  slowest merge with all its checks  ${Math.round(slowest)} ms CPU`);
  console.log('  differences: 0 (must be 0)');
  if (slowest > MERGE_MS_MAX) throw new Error(`one merge took ${Math.round(slowest)} ms of CPU`);
}
