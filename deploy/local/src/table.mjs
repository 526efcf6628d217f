/**
 * A plain table for a terminal: texts to the left, figures to the right.
 *
 * @param {string[]} header
 * @param {(string | number)[][]} rows
 * @param {{ texts?: readonly number[], rule?: boolean }} [options] `texts`: the columns that are texts, the first by default;
 *   `rule`: a line below the header, by default
 * @returns {string}
 */
export function table(header, rows, { texts = [0], rule = true } = {}) {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const padded = (/** @type {string} */ cell, /** @type {number} */ column) =>
    texts.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const [head = '', ...body] = cells.map((row) => row.map(padded).join('  ').trimEnd());
  return [head, ...(rule ? [widths.map((width) => '-'.repeat(width)).join('  ')] : []), ...body].join('\n');
}
