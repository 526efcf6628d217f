import { REPORT_LIMITS } from './limits.js';

/** `Did you mean "x"?`, or undefined when nothing is like the word, or when too much has been looked for already. */
export type Suggest = (word: string, candidates: Iterable<string>) => string | undefined;

/** Suggestions for one report: each comparison is charged, since every word of a document may be unlike every other. */
export function suggestions(steps: number = REPORT_LIMITS.suggestionSteps): Suggest {
  const budget = { left: steps };
  return (word, candidates) => {
    const found = closest(word, candidates, budget);
    return found === undefined ? undefined : `Did you mean "${found}"?`;
  };
}

/** The candidate most like `word`, when it is like enough to be a slip of the pen; else undefined. */
function closest(word: string, candidates: Iterable<string>, budget: { left: number }): string | undefined {
  if (word.length > REPORT_LIMITS.suggestionLength) return undefined;
  const wanted = fold(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    budget.left -= 1;
    if (budget.left < 0) return undefined;
    if (Math.abs(candidate.length - word.length) >= bestDistance + 2) continue;
    budget.left -= word.length * candidate.length;
    const distance = editDistance(wanted, fold(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** trueBranch, true-branch and True Branch are the same word to a person. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(at(row, j - 1) + 1, at(last, j) + 1, at(last, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(beforeLast, j - 2) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
