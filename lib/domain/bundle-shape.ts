// What Akamai would refuse of a bundle before it looks at any code: names, mandatory files, executable bits, sizes.
import type { Archive } from './archive';
import { type BundleFinding, finding, shown } from './bundle-finding';
import { MANIFEST_FILE } from './bundle-manifest';

/** Akamai's limits, bytes (techdocs, EdgeWorkers): a plain bundle, and one combined with others. */
export const AKAMAI_LIMITS = {
  plain: { packed: 512 * 1024, unpacked: 1024 * 1024 },
  combined: { packed: 1024 * 1024, unpacked: 5 * 1024 * 1024 },
};

const MANDATORY_FILES = ['main.js', MANIFEST_FILE];

/** The findings that need no look into a file, but for those of `sizeFindings`. */
export function shapeFindings({ entries }: Archive): BundleFinding[] {
  const findings: BundleFinding[] = [];
  if (entries.some((entry) => entry.path.startsWith('./') && entry.normalized !== '')) {
    findings.push(
      finding(
        'warning',
        'dot-prefix',
        'Names begin with ./, which Akamai refuses. They are kept; a patch can write them without (strip-prefix=true).',
      ),
    );
  }
  for (const name of MANDATORY_FILES) {
    const entry = entries.find(({ normalized }) => normalized === name);
    if (!entry) {
      const path = entries.find(({ normalized }) => normalized.endsWith(`/${name}`))?.normalized;
      const hint = path === undefined ? '' : ` It is in ${shown(path.slice(0, -name.length - 1))}.`;
      findings.push(
        finding('error', 'file-missing', `There is no ${name} at the root, where Akamai needs it.${hint}`),
      );
    } else if (entry.type !== 'file') {
      findings.push(
        finding(
          'warning',
          'file-missing',
          `${name} is a ${entry.type}; Akamai needs it as a file at the root.`,
        ),
      );
    }
  }
  const executable = entries.filter((entry) => entry.type === 'file' && (entry.mode & 0o111) !== 0);
  const [first] = executable;
  if (first) {
    const more = executable.length > 1 ? ` and ${executable.length - 1} more` : '';
    findings.push(
      finding('error', 'executable', `Akamai refuses executable files: ${shown(first.normalized)}${more}.`),
    );
  }
  return findings;
}

/** What of Akamai's size limits a bundle is over; both in bytes. */
export function sizeFindings(packed: number, unpacked: number): BundleFinding[] {
  const { plain, combined } = AKAMAI_LIMITS;
  const over = (code: string, what: string, size: number, plainMax: number, combinedMax: number) => {
    if (size <= plainMax) return [];
    const isOverAll = size > combinedMax;
    const words = isOverAll
      ? `more than the ${kb(combinedMax)} that Akamai takes even of combined bundles`
      : `more than the ${kb(plainMax)} that Akamai takes; only combined bundles may have ${kb(combinedMax)}`;
    return [finding(isOverAll ? 'error' : 'warning', code, `${what} ${kb(size)}, ${words}.`)];
  };
  return [
    ...over('too-large-packed', 'The bundle has', packed, plain.packed, combined.packed),
    ...over('too-large-unpacked', 'The bundle unpacks to', unpacked, plain.unpacked, combined.unpacked),
  ];
}

function kb(bytes: number): string {
  return `${Math.ceil(bytes / 1024).toLocaleString('en')} KB`;
}
