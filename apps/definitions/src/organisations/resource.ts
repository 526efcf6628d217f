import type { OrganisationResource } from '@millrace/contracts';
import type { OrganisationRecord } from './organisation.schema.js';

/** An organisation as the API returns it. */
export function organisationResource(record: OrganisationRecord): OrganisationResource {
  const { _id: id, name, limits, suspended, revision: version, created_at, updated_at } = record;
  return {
    id,
    name,
    limits,
    suspended,
    version,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
