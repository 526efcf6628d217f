/**
 * Durations in bins, so that figures about any number of them are small and can be added up: up to 31 ms a bin for each millisecond,
 * and from there 16 bins for each doubling. The value in the middle of a bin is at most 1/32 from any other in it.
 */
const EXACT = 32;
const EXACT_BITS = 5;
const BINS_PER_DOUBLING = 16;
const LONGEST_MS = 2 ** 40;

/** The bin of a duration. */
export function binOf(milliseconds: number): number {
  const duration = Math.min(Math.max(0, Math.round(milliseconds)), LONGEST_MS);
  if (duration < EXACT) return duration;
  const doublings = Math.floor(Math.log2(duration));
  const place = Math.floor(duration / widthAt(doublings)) - BINS_PER_DOUBLING;
  return EXACT + (doublings - EXACT_BITS) * BINS_PER_DOUBLING + place;
}

/** The duration in the middle of a bin, in milliseconds. */
export function middleOf(bin: number): number {
  if (bin < EXACT) return bin;
  const doublings = Math.floor((bin - EXACT) / BINS_PER_DOUBLING) + EXACT_BITS;
  const place = (bin - EXACT) % BINS_PER_DOUBLING;
  const width = widthAt(doublings);
  return (BINS_PER_DOUBLING + place) * width + Math.floor((width - 1) / 2);
}

/** The least duration that so large a share of all is not longer than (nearest rank); null when there are none. */
export function quantile(bins: ReadonlyMap<number, number>, share: number): number | null {
  const ordered = [...bins].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const total = ordered.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bin, count] of ordered) {
    left -= count;
    if (left <= 0) return middleOf(bin);
  }
  return null;
}

function widthAt(doublings: number): number {
  return 2 ** (doublings - EXACT_BITS + 1);
}
