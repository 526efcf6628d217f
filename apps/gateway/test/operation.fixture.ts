import {
  CreateOrganisation,
  CreateOrganisationToken,
  deadLetterEndpoints,
  DeleteOrganisation,
  DiscardDeadLetter,
  GetDeadLetter,
  GetOrganisation,
  ListDeadLetters,
  ListHistoryLeases,
  ListMailboxLeases,
  ListOrganisations,
  organisationEndpoints,
  RequeueDeadLetter,
  SetStarts,
  systemEndpoints,
  UpdateOrganisation,
} from '@millrace/contracts';

const { list, get, requeue } = deadLetterEndpoints;
const { id } = requeue.answer.example;

/** What the owners of what the operator looks after return. */
export const OPERATION_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [ListOrganisations, () => organisationEndpoints.list.answer.example],
  [CreateOrganisation, () => organisationEndpoints.create.answer.example],
  [GetOrganisation, () => organisationEndpoints.get.answer.example],
  [UpdateOrganisation, () => organisationEndpoints.update.answer.example],
  [DeleteOrganisation, () => ({ id: 'org_acme', deleted: true })],
  [CreateOrganisationToken, () => organisationEndpoints.createToken.answer.example],
  [ListDeadLetters, () => list.answer.example],
  [GetDeadLetter, () => get.answer.example],
  [RequeueDeadLetter, () => requeue.answer.example],
  [SetStarts, () => systemEndpoints.pauseStarts.answer.example],
  [ListHistoryLeases, () => ({ leases: [] })],
  [ListMailboxLeases, () => ({ leases: [] })],
  [DiscardDeadLetter, () => ({ dead_letter_id: id })],
];

/** A call of each endpoint. */
export const OPERATION_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', '/v1/organisations?limit=1&starting_after=org_acme', 200],
  ['POST', '/v1/organisations', 201, '{"name":"Acme","limits":{"executions_per_minute":5}}'],
  ['GET', '/v1/organisations/org_acme', 200],
  ['PATCH', '/v1/organisations/org_acme', 200, '{"suspended":true}'],
  ['POST', '/v1/organisations/org_acme/tokens', 201, '{"name":"First","scopes":["*"]}'],
  ['DELETE', '/v1/organisations/org_acme', 204],
  ['GET', '/v1/system', 200],
  ['POST', '/v1/system/starts/pause', 200, '{"reason":"Upgrade"}'],
  ['POST', '/v1/system/starts/resume', 200],
  ['GET', `/v1/dead-letters?limit=5&starting_after=${id}`, 200],
  ['GET', `/v1/dead-letters/${id}`, 200],
  ['POST', `/v1/dead-letters/${id}/requeue`, 200],
  ['POST', `/v1/dead-letters/${id}/discard`, 204],
];
