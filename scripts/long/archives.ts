// The long run over damaged archives: thousands of mutations, each read by the desk and, where it is taken, by GNU tar,
// Python and node-tar, before and after a patch.
import { CPU_MS_MAX, runCampaign } from '@/lib/domain/corpus/archives-campaign';
import { hasGnuTar, hasPython } from '@/lib/domain/corpus/archives-readers';

/** Prints the figures of `count` mutations; throws when one of those that must be 0 is not. */
export async function longArchives(count = 10_000, seed = 1): Promise<void> {
  if (!hasGnuTar) console.log('GNU tar is not installed: nothing is read back by it.');
  if (!hasPython) console.log('Python 3 is not installed: nothing is read back by it.');
  const started = performance.now();
  const figures = await runCampaign(count, seed);
  const refused = [...figures.refused].sort(([, a], [, b]) => b - a);
  const mustBeNone = {
    crashes: figures.crashes,
    [`over ${CPU_MS_MAX} ms`]: figures.overTime,
    'read-back differences': figures.differences,
  };
  console.log(
    `archives, seed ${seed}: ${figures.mutations} mutations in ${Math.round((performance.now() - started) / 1_000)} s`,
  );
  console.log(`  accepted ${figures.accepted}`);
  for (const [code, times] of refused) console.log(`  refused  ${times} ${code}`);
  console.log(`  slowest  ${Math.round(figures.slowestCpuMs)} ms CPU`);
  console.log(`  peak RSS ${Math.round(figures.rssBytesMax / 1024 / 1024)} MiB`);
  for (const [what, found] of Object.entries(mustBeNone)) {
    console.log(`  ${what}: ${found.length} (must be 0)`);
    for (const one of found.slice(0, 20)) console.log(`    ${one.replaceAll('\n', '\n    ')}`);
  }
  if (Object.values(mustBeNone).some((found) => found.length > 0))
    throw new Error('the run over archives found faults');
}
