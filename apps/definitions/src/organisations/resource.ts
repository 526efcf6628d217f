import type { OrganisationResource } from '@millrace/contracts';
import type { OrganisationRecord } from './organisation.schema.js';

/** An organisation as the API returns it; `credits` is its balance, null without one. */
export function organisationResource(record: OrganisationRecord, credits: number | null): OrganisationResource {
  const { _id: id, name, limits, suspended, revision: version, created_at, updated_at } = record;
  return {
    id,
    name,
    limits,
    credits,
    suspended,
    version,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
