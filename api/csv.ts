export type Cell = string | number | boolean | null;

/**
 * A table as CSV (RFC 4180) with its first row of names, in UTF-8 with a byte order mark, without which Excel takes it for
 * something else. Text that a spreadsheet would calculate is kept from it by an apostrophe (OWASP, CSV injection); numbers
 * are ours and stay as they are.
 */
export function csv(rows: readonly Record<string, Cell>[], columns: readonly string[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))];
  return `\uFEFF${lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('')}`;
}

/** What begins a formula, also behind blanks and in its full-width forms. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
