/** What is given to spreadsheets, as a file or by the clipboard. Pure. */

/**
 * A cell that a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV injection; also
 * the full-width signs that some languages' spreadsheets take). Plain signed numbers stay numbers.
 */
export function neutralise(cell: string): string {
  if (/^[+-]?\d+([.,]\d+)?\s*%?$/.test(cell.trim())) return cell;
  return /^[\s]*[=+\-@\t\r|\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? `'${cell}` : cell;
}
