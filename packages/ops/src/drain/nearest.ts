/** Names that are shown at most. */
const MOST = 3;

/** Those that are written nearly so, or begin so, the nearest first. */
export function nearest(name: string, known: readonly string[]): string[] {
  const most = Math.max(2, Math.floor(name.length / 3));
  return known
    .map((one) => ({ one, edits: one.startsWith(name) ? 0 : editsBetween(name, one) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits || a.one.localeCompare(b.one))
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** Letters to add, take away or replace until one is the other (Levenshtein). */
function editsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[other.length] ?? 0;
}
