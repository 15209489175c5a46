// What the JavaScript of a bundle tells about tokens without running or fully parsing it: bundles may be minified and
// large, so these are bounded searches for the few spellings that matter. They inform; nothing is changed by them.
import { type Archive, type ArchiveEntry, TOKENS_FILE } from './archive';
import { resolveInside } from './archive-path';

const FINDS_MAX = 500;

/** The tokens files that code of the bundle imports, as paths below the root. */
export function importedTokensFiles(archive: Archive): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { entry, text } of scripts(archive, TOKENS_FILE)) {
    for (const [, specifier = ''] of text.matchAll(
      /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"'\\\n]{0,300})["']/g,
    )) {
      const path = resolveInside(entry.normalized, specifier, true);
      if (path.split('/').at(-1) === TOKENS_FILE) found.add(path);
    }
  }
  return found;
}

/** A token written into other code, as bundlers do: the file alone does not tell what the bundle uses. */
export type InlinedToken = {
  path: string;
  namespace: string;
  token: string | null;
  reference: string | null;
  /** A secret: for telling its dates, never to be shown. */
  value: string | null;
};

/** Entries of a tokens table that stand in files other than a tokens file. */
export function inlinedTokens(archive: Archive): readonly InlinedToken[] {
  const found: InlinedToken[] = [];
  for (const { entry, text } of scripts(archive, 'namespace-')) {
    for (const at of occurrences(text, 'namespace-')) {
      const [, namespace, body] =
        /^namespace-([A-Za-z0-9_-]{1,32})["'`]\s*:\s*\{([^{}]{0,4000})\}/.exec(text.slice(at, at + 4_100)) ??
        [];
      if (namespace === undefined || body === undefined) continue;
      const field = (name: string) =>
        new RegExp(`(?:^|[\\s,"'])${name}["']?\\s*:\\s*["'\`]([^"'\`]*)["'\`]`).exec(body)?.[1] ?? null;
      const [reference, value] = [field('reference'), field('value')];
      if (reference !== null || value !== null)
        found.push({ path: entry.normalized, namespace, token: field('name'), reference, value });
    }
  }
  return found;
}

/** Namespaces that code names as a literal for the helper: `new EdgeKV({ namespace: "x", … })`. */
export function namedNamespaces(archive: Archive): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { entry, text } of scripts(archive, 'namespace')) {
    if (entry.normalized.split('/').at(-1) === 'edgekv.js') continue;
    for (const at of occurrences(text, 'namespace')) {
      const near = text.slice(Math.max(0, at - 120), at + 240);
      const own = Math.min(at, 120);
      const [, name] = /^namespace["']?\s*:\s*["'`]([A-Za-z0-9_-]{1,32})["'`]/.exec(near.slice(own)) ?? [];
      // Alone, `namespace:` is a common word; with the helper's constructor or its `group` it is meant for EdgeKV.
      const isForHelper =
        /new\s+EdgeKV\s*\(\s*\{[^{}]*$/.test(near.slice(0, own)) || /["']?group["']?\s*:/.test(near);
      if (name !== undefined && isForHelper && !found.has(name)) found.set(name, entry.normalized);
    }
  }
  return found;
}

/** JavaScript files that hold `needle`, tokens files left out. Latin-1 is enough: what is sought is ASCII. */
function* scripts(archive: Archive, needle: string): Generator<{ entry: ArchiveEntry; text: string }> {
  for (const entry of archive.entries) {
    const name = entry.normalized.split('/').at(-1) ?? '';
    if (entry.type !== 'file' || !/\.m?js$/i.test(name) || name === TOKENS_FILE) continue;
    const data = Buffer.from(entry.data.buffer, entry.data.byteOffset, entry.data.byteLength);
    if (data.includes(needle)) yield { entry, text: data.toString('latin1') };
  }
}

function* occurrences(text: string, needle: string): Generator<number> {
  let count = 0;
  for (let at = text.indexOf(needle); at >= 0 && count < FINDS_MAX; at = text.indexOf(needle, at + 1)) {
    count += 1;
    yield at;
  }
}
