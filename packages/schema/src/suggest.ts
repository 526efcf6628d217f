import { editDistance } from '@millrace/expression';
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
