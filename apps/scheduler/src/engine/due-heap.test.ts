import { DueHeap } from './due-heap.js';

function emptied(heap: DueHeap<{ dueAt: number }>): number[] {
  const order: number[] = [];
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) order.push(next.dueAt);
  return order;
}

test('what is due first comes out first, in whatever order it came', () => {
  const heap = new DueHeap<{ dueAt: number }>();
  const moments = Array.from({ length: 500 }, (_, n) => (n * 7_919) % 503);
  for (const dueAt of moments) heap.push({ dueAt });
  expect(heap.peek()?.dueAt).toBe(0);
  expect(emptied(heap)).toEqual([...moments].sort((a, b) => a - b));
  expect(heap.pop()).toBeUndefined();
});

test('what is no longer wanted is removed', () => {
  const heap = new DueHeap<{ dueAt: number }>();
  for (const dueAt of [5, 3, 8, 1, 4]) heap.push({ dueAt });
  heap.keep(({ dueAt }) => dueAt % 2 === 0);
  expect(heap.size).toBe(2);
  expect(emptied(heap)).toEqual([4, 8]);
});
