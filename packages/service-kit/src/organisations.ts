import { AppError, OrganisationSnapshot, type OrganisationSnapshotValue } from '@millrace/contracts';
import type { SnapshotStore } from '@millrace/messaging';

/**
 * What is published of an organisation; null when it has nothing of its own, as all that earlier releases made. Throws
 * SERVICE_UNAVAILABLE.
 */
export async function organisationOf(
  snapshots: SnapshotStore,
  organisation_id: string,
): Promise<OrganisationSnapshotValue | null> {
  const address = { organisation_id };
  return (
    snapshots.peek(OrganisationSnapshot, address) ??
    (await snapshots.get(OrganisationSnapshot, address, { rememberMiss: true }))
  );
}

/** Throws ORGANISATION_SUSPENDED. */
export function requireLive(organisation: OrganisationSnapshotValue | null): void {
  if (organisation?.suspended) throw new AppError('ORGANISATION_SUSPENDED');
}
