import { OrganisationSnapshot } from './snapshots.js';

test.each(['many', 0, -5, 1.5, null, {}])('a limit of an organisation that is %j is none of its own', (limit) => {
  const value = { organisation_id: 'org_a', suspended: true, limits: { api_calls_per_hour: limit } };
  expect(OrganisationSnapshot.schema.parse(value)).toEqual({ ...value, limits: { api_calls_per_hour: undefined } });
  expect(OrganisationSnapshot.schema.parse({ ...value, limits: limit })).toEqual({ ...value, limits: {} });
});
