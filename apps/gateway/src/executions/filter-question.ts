import { executionStatusSchema, type CountMatchingExecutions, type executionEndpoints, type QueryOf } from '@millrace/contracts'; // prettier-ignore
import type { z } from 'zod';
import { invalidInput } from '../validation/invalid-input.js';
import { statusesOf } from './statuses.js';

type Filters = QueryOf<typeof executionEndpoints.count>;

/** The filters of a query as history is asked for them. Throws INVALID_INPUT for a version that is of no workflow. */
export function filterQuestion(
  organisationId: string,
  { status, ...others }: Filters,
): z.output<typeof CountMatchingExecutions.question> {
  if (others.version !== undefined && others.workflow_id === undefined)
    throw invalidInput(
      [{ path: 'version', message: 'version needs workflow_id: versions are numbered by workflow' }],
      'The query parameters are not valid',
    );
  const statuses = statusesOf(executionStatusSchema, status);
  const [only] = statuses ?? [];
  // A history of an earlier version knows one status.
  return { organisation_id: organisationId, ...others, ...(statuses?.length === 1 ? { status: only } : { statuses }) };
}
