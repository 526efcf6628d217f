import { waitUntil } from '@millrace/testing';

/**
 * Repeats until `probe` returns something other than undefined. The bound is there to end a hang, and is far above what
 * any run needs; when it is met, the error says what was waited for and what was seen last.
 */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined> | Value | undefined,
  options: { timeoutMs?: number; everyMs?: number; lastSeen?: () => unknown } = {},
): Promise<Value> {
  const { timeoutMs = 60_000, everyMs = 25, lastSeen } = options;
  const found = async (): Promise<{ value: Value } | null> => {
    const value = await probe();
    return value === undefined ? null : { value };
  };
  return (await waitUntil(what, found, timeoutMs, { everyMs, seen: () => lastSeen?.() })).value;
}

/** Runs `work` over all items, at most `width` at a time, and returns in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as Item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
