import type { EventDelivery } from '@millrace/contracts';
import { pageOfDeliveries } from './page-of-deliveries.js';

const KIB = 1024;
const deliveryOf = (number: number, text: string) =>
  ({ id: String(999 - number), request_body: text }) as EventDelivery;
/** So many deliveries, newest first, each of about so many bytes. */
const deliveriesOf = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, number) => deliveryOf(number, 'x'.repeat(bytes)));

/** Reads of these, and how many each has found. */
function reader(all: readonly EventDelivery[]) {
  const reads: number[] = [];
  const read = (behind: string | undefined, count: number): Promise<EventDelivery[]> => {
    const found = all.filter(({ id }) => behind === undefined || id < behind).slice(0, count);
    reads.push(found.length);
    return Promise.resolve(found);
  };
  return { read, reads };
}

/** The pages of these, one behind the other. */
async function pagesOf(all: readonly EventDelivery[], limit: number): Promise<EventDelivery[][]> {
  const pages: EventDelivery[][] = [];
  let starting_after: string | undefined;
  for (;;) {
    const page = await pageOfDeliveries(reader(all).read, { limit, starting_after });
    pages.push(page.deliveries);
    expect(page.has_more).toBe(page.next_cursor !== null);
    if (page.next_cursor === null) return pages;
    starting_after = page.next_cursor;
  }
}

it('has all that there are where they are small, and none where there are none', async () => {
  expect(await pagesOf(deliveriesOf(25, 10), 100)).toEqual([deliveriesOf(25, 10)]);
  expect(await pagesOf([], 100)).toEqual([[]]);
});

it.each([1, 9, 10, 11, 20, 25, 100])('has as many as are asked for, each once: %d', async (limit) => {
  const all = deliveriesOf(45, 10);
  const pages = await pagesOf(all, limit);
  expect(pages.flat()).toEqual(all);
  expect(pages.map(({ length }) => length)).toEqual(
    Array.from({ length: Math.ceil(45 / limit) }, (_, index) => Math.min(limit, 45 - index * limit)),
  );
});

it('ends before what would be more than 512 KiB, as JSON text in bytes', async () => {
  const large = deliveriesOf(30, 100 * KIB);
  const pages = await pagesOf(large, 100);
  expect(pages.map(({ length }) => length)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(pages.flat()).toEqual(large);
  const wide = [deliveryOf(0, 'ü'.repeat(200 * KIB)), deliveryOf(1, 'x'.repeat(200 * KIB))];
  expect(await pagesOf(wide, 100)).toEqual([[wide[0]], [wide[1]]]);
});

it('reads no further once a page is full', async () => {
  const { read, reads } = reader(deliveriesOf(100, 100 * KIB));
  expect((await pageOfDeliveries(read, { limit: 100 })).deliveries).toHaveLength(5);
  expect(reads).toEqual([10]);
  const small = reader(deliveriesOf(100, 10));
  expect((await pageOfDeliveries(small.read, { limit: 20 })).deliveries).toHaveLength(20);
  expect(small.reads).toEqual([10, 10, 1]);
});

it('has one that is larger by itself', async () => {
  expect((await pagesOf(deliveriesOf(3, 600 * KIB), 100)).map(({ length }) => length)).toEqual([1, 1, 1]);
});
