// Several patched bundles as one .zip with a manifest that says what was done. The same input gives the same bytes.
import 'server-only';
import { zipSync } from 'fflate';
import type { PatchResult } from './bundles';
import { cleanName } from './file-names';

export type Batch = { account: string; tokens: readonly string[]; bundles: readonly PatchResult[] };

const MANIFEST = 'manifest.json';
/** The first day that a zip can tell: the time of packing would make each zip another. */
const FIXED_TIME = new Date(1980, 0, 1);

/** The zip. Bundles are stored as they are: they are packed already. */
export function packBatch(batch: Batch): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  const named = batch.bundles.map((bundle) => {
    const file = freeName(tgzName(bundle.name), files);
    files[file] = bundle.bytes;
    return { bundle, file };
  });
  files[MANIFEST] = new TextEncoder().encode(`${JSON.stringify(manifestOf(batch, named), null, 2)}\n`);
  return zipSync(files, { level: 0, mtime: FIXED_TIME });
}

function manifestOf(
  { account, tokens }: Batch,
  named: readonly { bundle: PatchResult; file: string }[],
): Record<string, unknown> {
  return {
    tool: 'EdgeKV Token Desk',
    account,
    tokens,
    bundles: named.map(({ bundle, file }) => ({
      file,
      sha256Before: bundle.sha256Before,
      sha256After: bundle.sha256After,
      bytesAfter: bundle.bytes.byteLength,
      tokensFile: bundle.file,
      rewritten: bundle.isRewritten,
      changes: bundle.changes,
      findings: bundle.findings,
    })),
  };
}

/** The name of a patched bundle: that of the upload, ending in .tgz. */
export function tgzName(name: string): string {
  return cleanName(name).replace(/(\.tar\.gz|\.tgz|\.tar|\.gz)?$/i, '.tgz');
}

function freeName(name: string, taken: Readonly<Record<string, unknown>>): string {
  const base = name.replace(/\.tgz$/, '');
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${base}-${count}.tgz`;
    if (candidate !== MANIFEST && !Object.hasOwn(taken, candidate)) return candidate;
  }
}
