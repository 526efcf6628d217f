/**
 * Measures two things in turns, since the second of a pair pays for what the first left to the garbage collector, and returns the ratio of each pair: the second of the first.
 * @param {number} rounds
 * @param {() => Promise<number>} bare
 * @param {() => Promise<number>} whole
 */
export async function inPairs(rounds, bare, whole) {
  // Warm.
  await bare();
  await whole();
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const used = round % 2 === 0 ? [await bare(), await whole()] : [await whole(), await bare()];
    const [one = 0, other = 0] = round % 2 === 0 ? used : used.reverse();
    pairs.push({ bare: one, whole: other, ratio: other / one });
  }
  return {
    bare: median(pairs.map((pair) => pair.bare)),
    whole: median(pairs.map((pair) => pair.whole)),
    ratio: median(pairs.map((pair) => pair.ratio)),
    least: Math.min(...pairs.map((pair) => pair.ratio)),
    most: Math.max(...pairs.map((pair) => pair.ratio)),
  };
}

/** @param {readonly number[]} values */
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/**
 * Microseconds of CPU of this process for each of so many calls, `atOnce` of them at the same time.
 * @param {number} count
 * @param {number} atOnce
 * @param {() => Promise<unknown>} call
 */
export async function cpuOf(count, atOnce, call) {
  const before = process.cpuUsage();
  let left = count;
  const caller = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
