/**
 * @param {number[]} sorted ascending
 * @param {number} fraction 0 … 1
 */
export function percentile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
