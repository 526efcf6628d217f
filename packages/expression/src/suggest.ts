import { editDistance } from './edit-distance.js';

/** Names of data are unbounded; more candidates than this are not compared. */
const MAX_CANDIDATES = 500;
const MAX_LENGTH = 64;

/** "did you mean 'x'?" for the nearest of the names, or nothing when none is near. Only names are shown, never values. */
export function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  const letters = lettersOf(name);
  const most = Math.min(candidates.length, MAX_CANDIDATES);
  for (let at = 0; at < most; at++) {
    const candidate = candidates[at] ?? '';
    if (candidate.length > MAX_LENGTH || Math.abs(candidate.length - name.length) >= bestDistance) continue;
    // A change takes away one letter and adds one at most.
    if (differences(letters, lettersOf(candidate)) >= 2 * bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === undefined ? undefined : `did you mean '${best}'?`;
}

/** The letters of a name as bits, capital or small; other characters share them. */
function lettersOf(name: string): number {
  let letters = 0;
  for (let at = 0; at < name.length; at++) letters |= 1 << (name.charCodeAt(at) & 31);
  return letters;
}

/** Number of bits that differ. */
function differences(left: number, right: number): number {
  let count = 0;
  for (let bits = left ^ right; bits !== 0; bits &= bits - 1) count++;
  return count;
}
