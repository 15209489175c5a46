// Names of files that are handed out: a base name that is safe on every system and in every header.
import 'server-only';

/** `attachment` with an ASCII name and its exact form (RFC 6266, RFC 8187). No path, control or quote survives. */
export function contentDisposition(fileName: string): string {
  // Compatibility forms first: a wide quote or slash would become a plain one behind the cleaning.
  const ascii = cleanName(fileName.normalize('NFKC').normalize('NFKD')).replace(/[^\x20-\x7e]/g, '_');
  const exact = encodeURIComponent(cleanName(fileName).toWellFormed()).replace(
    /['()]/g,
    (one) => `%${one.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}

/** The base name of `fileName`, at most 120 characters, without what a header or a system could take for more. */
export function cleanName(fileName: string): string {
  const base = fileName.split(/[/\\]/).pop() ?? '';
  return (
    base
      .replace(/[\p{C}"%;*?<>|:]/gu, '_')
      .slice(-120)
      .replace(/^\.+/, '') || 'download'
  );
}
