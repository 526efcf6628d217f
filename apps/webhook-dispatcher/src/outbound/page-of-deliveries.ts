import type { EventDelivery, EventDeliveryList } from '@millrace/contracts';

/**
 * Bytes of a page as JSON, about: each delivery has its body and up to twenty attempts, the latest with what was sent and what came back. A page is made by the
 * process that takes webhook calls and sends events, which does nothing else meanwhile.
 */
const PAGE_BYTES = 512 * 1024;
/** Deliveries that are read together: what is read beyond the end of a page is read in vain. */
const PORTION = 10;

/** Reads so many deliveries at most, newest first, that are older than one or the newest of all. */
type Read = (startingAfter: string | undefined, count: number) => Promise<EventDelivery[]>;

/** One page: as many as are asked for, or as a page may have, and one at least. Nothing is read once it is full. */
export async function pageOfDeliveries(
  read: Read,
  { limit, starting_after }: { readonly limit: number; readonly starting_after?: string | undefined },
): Promise<EventDeliveryList> {
  const deliveries: EventDelivery[] = [];
  let [left, behind] = [PAGE_BYTES, starting_after];
  for (;;) {
    // One more than the page may have says whether there are others.
    const count = Math.min(limit + 1 - deliveries.length, PORTION);
    const portion = await read(behind, count);
    for (const delivery of portion) {
      left -= Buffer.byteLength(JSON.stringify(delivery));
      const isFull = deliveries.length === limit || (left < 0 && deliveries.length > 0);
      if (isFull) return { deliveries, next_cursor: deliveries.at(-1)?.id ?? null, has_more: true };
      deliveries.push(delivery);
    }
    if (portion.length < count) return { deliveries, next_cursor: null, has_more: false };
    behind = portion.at(-1)?.id;
  }
}
