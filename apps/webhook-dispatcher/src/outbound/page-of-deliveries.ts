import type { EventDelivery } from '@millrace/contracts';

/** Bytes of a page as JSON, about: each delivery has up to twenty attempts, with what was sent and what came back. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** The first of these that are no more than a page may have, and one at least: the rest is on the next one. */
export function fitting(deliveries: readonly EventDelivery[]): EventDelivery[] {
  let left = PAGE_BYTES;
  const tooMuch = deliveries.findIndex((delivery) => (left -= Buffer.byteLength(JSON.stringify(delivery))) < 0);
  return deliveries.slice(0, tooMuch < 0 ? deliveries.length : Math.max(tooMuch, 1));
}
