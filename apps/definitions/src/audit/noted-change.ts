import { AsyncLocalStorage } from 'node:async_hooks';
import type { ResourceState } from './audit-entry.schema.js';

/** What a write made of a resource; null where there was none, or is none any more. */
export interface NotedChange {
  readonly before: ResourceState | null;
  readonly after: ResourceState | null;
}

type Reader = () => NotedChange | Promise<NotedChange>;

/** Of the question that is being answered. This service is on no hot path, which is why it may have one. */
const underWay = new AsyncLocalStorage<{ read?: Reader }>();

/**
 * To be called by whatever has just written a resource: the audit log then says what it was and what it is. `read` is called only when the
 * write is one of the API's, after it, and may throw. Of several changes by one call the last one counts.
 */
export function noteChange(read: Reader): void {
  const place = underWay.getStore();
  if (place) place.read = read;
}

/** Does work; what it notes is read by the function that is returned beside its outcome, whether it fails or not. */
export async function noting<Result>(
  work: () => Promise<Result>,
): Promise<{ outcome: PromiseSettledResult<Result>; change: Reader | undefined }> {
  const place: { read?: Reader } = {};
  const [outcome] = await underWay.run(place, () => Promise.allSettled([work()]));
  return { outcome, change: place.read };
}
