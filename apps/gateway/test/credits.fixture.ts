import { AddCredits, creditEndpoints, GetCredits, GetCreditUsage, organisationEndpoints } from '@millrace/contracts';

/** What `definitions` returns for each question. */
export const CREDIT_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [GetCredits, () => creditEndpoints.get.answer.example],
  [GetCreditUsage, () => creditEndpoints.usage.answer.example],
  [AddCredits, () => organisationEndpoints.addCredits.answer.example],
];

/** A call of each endpoint about them, with the status of its answer. */
export const CREDIT_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', '/v1/credits?limit=2&starting_after=3', 200],
  ['GET', '/v1/credits/usage?group_by=label&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z', 200],
  ['POST', '/v1/organisations/org_acme/credits', 200, '{"amount":-5,"note":"Mistake"}'],
];
