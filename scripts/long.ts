// `npm run long -- NAME`: the long runs, of which `npm test` does a short form. They print figures and fail loudly.
export {};

const RUNS: Readonly<Record<string, () => Promise<void>>> = {
  builds: async () => (await import('./long/builds')).longBuilds(),
  bulk: async () => (await import('./long/bulk')).longBulk(),
  bundles: async () => {
    await (await import('./long/archives')).longArchives();
    await (await import('./long/tokens-files')).longTokensFiles();
  },
  claims: async () => (await import('./long/claims')).longClaims(),
  crashes: async () => {
    await (await import('./long/crash-steps')).longCrashSteps(10);
    await (await import('./long/crashes')).longCrashes();
  },
  'slow-upstream': async () => (await import('./long/slow-upstream')).longSlowUpstream(),
  demotions: async () => (await import('./long/demotions')).longDemotions(),
  doubts: async () => (await import('./long/doubts')).longDoubts(),
  soak: async () => (await import('./long/soak')).longSoak(),
  uploads: async () => (await import('./long/uploads')).longUploads(),
};

const [name = ''] = process.argv.slice(2);
const run = Object.hasOwn(RUNS, name) ? RUNS[name] : undefined;
if (!run) {
  console.error(`Usage: npm run long -- ${Object.keys(RUNS).join('|')}`);
  process.exit(2);
}
await run();
process.exit(0);
