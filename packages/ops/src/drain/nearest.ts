import { editDistance } from '@millrace/expression';

/** Names that are shown at most. */
const MOST = 3;
/** A longer word is no slip of the pen: comparing takes time by the product of lengths. */
const LONGEST = 200;

/** Those that are written nearly so, or begin so, the nearest first. */
export function nearest(name: string, known: readonly string[]): string[] {
  if (name.length > LONGEST) return [];
  const most = Math.max(2, Math.floor(name.length / 3));
  return known
    .filter((one) => one.length <= LONGEST)
    .map((one) => ({ one, edits: one.startsWith(name) ? 0 : editDistance(name, one) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits || a.one.localeCompare(b.one))
    .slice(0, MOST)
    .map(({ one }) => one);
}
