import type { SnapshotDefinition } from '@millrace/contracts';
import type { SnapshotStore } from '@millrace/messaging';

/**
 * A snapshot, if it is the organisation's; null for what is another's and for what is nobody's. The two are the same
 * work: from memory, where its owner's calls have left it, another organisation's would be denied sooner than what has to
 * be looked for; and what is found has to be decoded before it is known whose it is. Throws SERVICE_UNAVAILABLE.
 */
export async function ownSnapshot<Value extends { readonly organisation_id: string }, Address>(
  snapshots: SnapshotStore,
  definition: SnapshotDefinition<Value, Address>,
  address: Address,
  organisationId: string,
): Promise<Value | null> {
  const remembered = snapshots.peek(definition, address);
  const isForeign = remembered !== undefined && remembered.organisation_id !== organisationId;
  const found = await snapshots.get(definition, address, {
    evenMiss: true,
    ...(isForeign ? { maxAgeMs: 0 } : {}),
  });
  return found?.organisation_id === organisationId ? found : null;
}
