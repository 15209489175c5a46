// Figures of repeated runs, and how they are printed.

/** The value below which `share` (0 to 1) of all values lie. `values` must not be empty. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Runs `run` one after the other, `warmUp` times unmeasured and then `times` times; milliseconds of each. */
export async function timeRuns(times: number, run: () => Promise<void>, warmUp = 5): Promise<number[]> {
  for (let done = 0; done < warmUp; done += 1) await run();
  const durations: number[] = [];
  for (let done = 0; done < times; done += 1) {
    const started = performance.now();
    await run();
    durations.push(performance.now() - started);
  }
  return durations;
}

/** One line: a name, and figures in columns. */
export function printRow(name: string, figures: readonly string[]): void {
  console.log(`${name.padEnd(46)}${figures.map((figure) => figure.padStart(13)).join('')}`);
}

export function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
