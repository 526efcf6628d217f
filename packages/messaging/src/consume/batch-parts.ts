import { LIMITS } from '@millrace/contracts';
import { sizeInName } from '../payload-store.js';
import { continuedTogether, traceparentOf } from '../tracing.js';
import { HEADERS, headerOf } from '../wire.js';
import { ownerOf } from '../work-meter.js';
import { runHandler, type Received } from './delivery.js';
import type { Incoming } from './incoming.js';

/** What the payloads of one portion may weigh together. */
const PORTION_BYTES = 16 * 1024 * 1024;

/** Cuts a batch into portions, so that one of large payloads does not fill the memory. */
export function inPortions(batch: readonly Incoming[]): Incoming[][] {
  const portions: Incoming[][] = [];
  let portion: Incoming[] = [];
  let bytes = 0;
  for (const incoming of batch) {
    const size = payloadBytes(incoming);
    if (portion.length > 0 && bytes + size > PORTION_BYTES) {
      portions.push(portion);
      portion = [];
      bytes = 0;
    }
    portion.push(incoming);
    bytes += size;
  }
  return portion.length > 0 ? [...portions, portion] : portions;
}

/** The organisations of the first messages of a batch: enough to see who fills it. */
export function ownersOf(batch: readonly Received<unknown>[]): string {
  return [...new Set(batch.slice(0, 3).map(({ payload }) => ownerOf(payload)))].join(', ');
}

/** A message as a handler gets it. */
export function receivedOf(incoming: Incoming, payload: unknown): Received<unknown> {
  const { info, message } = incoming;
  const { sequence, deliveryCount, storedAt } = info;
  const { subject } = message;
  return {
    payload,
    bytes: payloadBytes(incoming),
    sequence,
    subject,
    deliveryCount,
    storedAt,
    traceparent: traceparentOf(message),
  };
}

/** Runs a handler, as a part of the traces that the messages belong to. */
export async function runBatch(
  name: string,
  batch: readonly { readonly incoming: Incoming }[],
  handle: () => unknown,
): Promise<void> {
  const messages = batch.map(({ incoming }) => incoming.message);
  await continuedTogether(`process ${name}`, messages, () => runHandler(handle, undefined, undefined));
}

/** The size of a payload; one in the object store whose name does not contain it counts as large, because only reading it would. */
function payloadBytes({ message }: Incoming): number {
  const objectName = headerOf(message, HEADERS.payloadObject);
  return objectName === undefined ? message.data.length : (sizeInName(objectName) ?? LIMITS.stepOutputBytes);
}
