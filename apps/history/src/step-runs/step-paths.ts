/** Where a step run is directly inside of a loop or parallel. */
export interface ChildPlace {
  /** The iteration of a loop, or the number of a branch that has no name; 0 for a branch with a name. */
  readonly index: number;
  /** Whether the path has a number there. */
  readonly isNumbered: boolean;
}

const NUMBERED = /^\[(\d{1,6})\]\.[^.[]+$/;
const NAMED = /^\.[^.[]+\.[^.[]+$/;

/** The place of a step run directly inside of the loop or parallel `parent`; null for any other path. */
export function placeIn(parent: string, path: string): ChildPlace | null {
  if (path.length <= parent.length || !path.startsWith(parent)) return null;
  const rest = path.slice(parent.length);
  const index = NUMBERED.exec(rest)?.[1];
  if (index !== undefined) return { index: Number(index), isNumbered: true };
  return NAMED.test(rest) ? { index: 0, isNumbered: false } : null;
}
