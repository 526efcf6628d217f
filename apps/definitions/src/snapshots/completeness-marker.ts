import { defineSnapshot } from '@millrace/contracts';
import { SNAPSHOT_META_KINDS, type SnapshotStore } from '@millrace/messaging';
import { z } from 'zod';

/**
 * Is in each bucket once everything has been published into it. A bucket without it is new or lost, and is filled from
 * the database; since it is written last, a filling that was interrupted is begun again. Read by this service only.
 */
export const CompletenessMarker = defineSnapshot({
  name: 'completeness',
  key: (address: { kind: (typeof SNAPSHOT_META_KINDS)[number] }) => `${address.kind}.complete`,
  schema: z.object({ completed_at: z.string() }),
});

/** Whether all buckets have been filled. */
export async function areComplete(snapshots: Pick<SnapshotStore, 'get'>): Promise<boolean> {
  const markers = await Promise.all(SNAPSHOT_META_KINDS.map((kind) => snapshots.get(CompletenessMarker, { kind })));
  return markers.every((marker) => marker !== null);
}

/** Notes that they have been. */
export async function markComplete(snapshots: Pick<SnapshotStore, 'put'>): Promise<void> {
  const completed_at = new Date().toISOString();
  for (const kind of SNAPSHOT_META_KINDS) await snapshots.put(CompletenessMarker, { kind }, { completed_at });
}
