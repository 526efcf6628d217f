import type { OrganisationLimits, OrganisationResource, TokenCreated } from '@millrace/contracts';
import { ApiClient } from './api.js';
import { readEndpoints } from './platform.js';

/** Makes an organisation, and a token of it that may do everything. */
export async function anOrganisation(
  limits: Partial<OrganisationLimits> = {},
): Promise<{ readonly id: string; readonly token: string }> {
  const operator = new ApiClient(readEndpoints().operator_token);
  const { id } = await operator.expect<OrganisationResource>(201, 'POST', '/organisations', {
    json: { name: 'Made by the operator', limits },
  });
  const { token } = await operator.expect<TokenCreated>(201, 'POST', `/organisations/${id}/tokens`, {
    json: { name: 'First token', scopes: ['*'] },
  });
  return { id, token };
}
