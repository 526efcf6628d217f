/** The positions of a longest run of increasing numbers in a list of different ones, in n log n steps. */
export function longestIncreasing(numbers: readonly number[]): Set<number> {
  // `tails[length]` is the position of the smallest number that a run of that length, less one, can end with.
  const tails: number[] = [];
  const before: (number | undefined)[] = [];
  numbers.forEach((number, position) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[tails[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    before[position] = tails[low - 1];
    tails[low] = position;
  });
  const run = new Set<number>();
  for (let position = tails.at(-1); position !== undefined; position = before[position]) run.add(position);
  return run;
}
