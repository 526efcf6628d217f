import { CompletenessMarker } from '@millrace/contracts';
import { SNAPSHOT_META_KINDS, type SnapshotStore } from '@millrace/messaging';

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
