import { AppError, StartsSnapshot, type StartsSnapshotValue } from '@millrace/contracts';
import type { SnapshotStore } from '@millrace/messaging';

/** What is published of whether the installation starts executions; null when that was never changed. Throws SERVICE_UNAVAILABLE. */
export async function startsOf(snapshots: SnapshotStore): Promise<StartsSnapshotValue | null> {
  return (
    snapshots.peek(StartsSnapshot, undefined) ??
    (await snapshots.get(StartsSnapshot, undefined, { rememberMiss: true }))
  );
}

/** Throws STARTS_PAUSED while the operator has paused all starts; SERVICE_UNAVAILABLE. */
export async function requireStarts(snapshots: SnapshotStore): Promise<void> {
  const starts = await startsOf(snapshots);
  if (starts?.paused) throw new AppError('STARTS_PAUSED', { details: { since: starts.since, reason: starts.reason } });
}
