// The text of a file in a bundle.

/** `data` as UTF-8, its BOM kept so that it stays in the file; null when it is none. */
export function decodeText(data: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    // A TypeError, for bytes that are no UTF-8.
    return null;
  }
}
