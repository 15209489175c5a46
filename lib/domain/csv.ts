// Rows as CSV (RFC 4180) that a spreadsheet shows as text, never as a formula.

// A cell that starts with one of these is run as a formula by spreadsheets, full-width forms included.
const FORMULA_START = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** One cell: formula starts get a leading apostrophe, and quotes go round what needs them. */
export function csvCell(value: string): string {
  const safe = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A whole file, CRLF at each line's end. */
export function printCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}
