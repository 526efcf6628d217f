import type { Query, Schema } from 'mongoose';

/** Every way to reach documents by a filter. */
const FILTERED = [
  'countDocuments',
  'deleteMany',
  'deleteOne',
  'distinct',
  'find',
  'findOne',
  'findOneAndDelete',
  'findOneAndReplace',
  'findOneAndUpdate',
  'replaceOne',
  'updateMany',
  'updateOne',
] as const;

const acrossOrganisations = new WeakSet<object>();

/**
 * Makes a forgotten tenant an error instead of a leak: a filter that names no organisation is refused before it
 * reaches the database. Installed on every schema whose documents belong to an organisation.
 */
export function tenantScope<Record>(schema: Schema<Record>): void {
  schema.pre([...FILTERED], { document: false, query: true }, function (this: Query<unknown, unknown>) {
    if (acrossOrganisations.has(this)) return;
    if (typeof this.getFilter().organisation_id === 'string') return;
    throw new Error(
      `A query on ${this.model.collection.name} names no organisation_id; only upkeep may read across organisations`,
    );
  });
}

/** Lets one query read over all organisations: for upkeep at boot and by the sweeper, never for a request. */
export function overAllOrganisations<AQuery extends object>(query: AQuery): AQuery {
  acrossOrganisations.add(query);
  return query;
}
