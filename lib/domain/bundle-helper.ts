// The run-time helper (Akamai's edgekv.js) in a bundle: where it is, its version, and whether it can read references.
import type { Archive } from './archive';
import type { BundleCode } from './bundle-code';
import { type BundleFinding, finding, listed, shown } from './bundle-finding';
import { fileName } from './bundle-text';

/** References need at least this helper; older ones know values only. */
const HELPER_MIN = [0, 6, 2] as const;
const HELPER_FILE = 'edgekv.js';
/** Where its version stands, in the comment at its top. */
const HEAD_BYTES = 4_096;

/** A file by the name of the helper. */
export type Helper = {
  path: string;
  /** Null when its comment does not tell, as in a minified one. */
  version: string | null;
};

/** The helpers of a bundle that have their own file, the one nearest to the root first. */
export function helpersOf({ entries }: Archive): Helper[] {
  return entries
    .filter(({ normalized, type }) => type === 'file' && fileName(normalized) === HELPER_FILE)
    .map(({ normalized, data }) => ({ path: normalized, version: versionIn(data) }))
    .sort((a, b) => depthOf(a.path) - depthOf(b.path));
}

function versionIn(data: Uint8Array): string | null {
  const head = Buffer.from(data.subarray(0, HEAD_BYTES)).toString('latin1');
  const comment = /\/\*([\s\S]*?)(?:\*\/|$)/.exec(head)?.[1] ?? '';
  return /\bVersion:\s{0,20}v?(\d{1,4}(?:\.\d{1,4}){1,2})(?![\w.])/i.exec(comment)?.[1] ?? null;
}

function depthOf(path: string): number {
  return path.split('/').length;
}

/**
 * What is wrong with the helpers when the bundle uses references. A helper is told by its version, or by the name of the
 * header that takes references, which no minifier changes.
 */
export function helperFindings(archive: Archive, code: BundleCode, usesReferences: boolean): BundleFinding[] {
  if (!usesReferences) return [];
  const least = HELPER_MIN.join('.');
  const helpers = helpersOf(archive);
  const sends = (path: string) => code.callers.find((one) => one.path === path)?.sendsReferences;
  const old = helpers.filter(
    ({ path, version }) => !sends(path) && (version === null ? sends(path) === false : isOlder(version)),
  );
  const inlined = code.callers.filter(
    ({ path, isHelper, sendsReferences }) =>
      isHelper && !sendsReferences && helpers.every((one) => one.path !== path),
  );
  const silent = helpers.filter(({ path, version }) => version === null && sends(path) === undefined);
  const isOnly = old.length === helpers.length;
  return [
    ...old.map(({ path, version }) =>
      finding(
        isOnly ? 'error' : 'warning',
        'old-helper',
        `${shown(path)}${version === null ? '' : ` ${version}`} cannot read references: it needs ${least} or newer.`,
      ),
    ),
    ...inlined.map(({ path }) =>
      finding(
        'error',
        'old-helper',
        `The EdgeKV helper inside ${shown(path)} cannot read references: build the bundle with edgekv.js ${least} or newer.`,
      ),
    ),
    ...(silent.length > 0
      ? [
          finding(
            'info',
            'helper-unknown',
            `The version of ${listed(silent.map(({ path }) => shown(path)))} could not be read: references need ${least} or newer.`,
          ),
        ]
      : []),
  ];
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of HELPER_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}
