/**
 * Between which values the median of what was drawn lies, but for a chance of `risk`: from the order of the values alone, so that a few
 * calls that took long do not matter.
 *
 * @param {number[]} values
 * @param {number} risk 0 … 1
 * @returns {{ median: number, from: number, to: number }} from minus to plus infinity, if there are too few of them to say
 */
export function medianInterval(values, risk) {
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  // How many of them are below the median is a matter of tossing a coin for each.
  let logChance = -count * Math.LN2;
  let tail = Math.exp(logChance);
  let outside = 0;
  while (2 * tail <= risk && outside < count) {
    logChance += Math.log((count - outside) / (outside + 1));
    outside += 1;
    tail += Math.exp(logChance);
  }
  return {
    median: sorted[count >> 1] ?? Number.NaN,
    from: sorted[outside - 1] ?? -Infinity,
    to: sorted[count - outside] ?? Infinity,
  };
}
