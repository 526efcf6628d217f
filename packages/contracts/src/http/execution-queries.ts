import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { EVENT_ID_FORM } from './event-id.js';
import { executionStatusSchema } from './executions.js';
import { textUpTo, timeParameter, triggerTypeParameter } from './query-parameters.js';
import { stepStatusSchema } from './step-runs.js';

/** Some of these words, with commas between them. */
function severalOf(name: string, words: readonly string[]) {
  const word = `(?:${words.join('|')})`;
  return z
    .string()
    .regex(
      new RegExp(`^${word}(?:,${word}){0,${words.length - 1}}$`),
      `${name} must be one or more of ${words.join(', ')}, with commas between them`,
    );
}

/** Which executions: what lists and counts have in common. */
const filters = {
  status: severalOf('status', executionStatusSchema.options)
    .optional()
    .meta({ description: 'One status or several: `failed,cancelled`.' }),
  workflow_id: z.string().regex(ID_FORMS.workflow, 'workflow_id must be a workflow id').optional(),
  version: z.int().min(1).max(1_000_000_000).optional().meta({ description: 'Of the workflow; needs its id.' }),
  trigger_type: triggerTypeParameter.optional().meta({ description: '`trigger.type`: `api`, `webhook`, …' }),
  parent_execution_id: z
    .string()
    .regex(ID_FORMS.execution, 'parent_execution_id must be an execution id')
    .optional()
    .meta({ description: 'Only those that `sub_workflow` steps of this execution have started.' }),
  test: z.enum(['true', 'false']).optional().meta({ description: '`true`: only tests; `false`: none of them.' }),
  error_code: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'error_code must be a code of the error catalogue')
    .optional()
    .meta({ description: '`error.code` of those that failed.' }),
  label: textUpTo('label', LIMITS.labelCharacters)
    .optional()
    .meta({ description: 'The label that the execution was started with, upper and lower case alike.' }),
  q: textUpTo('q', LIMITS.labelCharacters)
    .optional()
    .meta({ description: 'The beginning of an execution id (`exec_01m8…`) or of a label.' }),
  min_ms: z
    .int()
    .min(LIMITS.durationFilterMs)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Only those that have ended and took at least so many milliseconds.' }),
  from: timeParameter('from').optional().meta({ description: 'Accepted then or later.' }),
  to: timeParameter('to').optional().meta({ description: 'Accepted before then.' }),
};

const cursor = z
  .string()
  .regex(ID_FORMS.execution, 'starting_after must be an execution id, the next_cursor of the page before')
  .optional()
  .meta({ description: 'The `next_cursor` of the page before.' });

const limit = z.int().min(1).max(LIMITS.pageSize).default(20);

/** Which executions a count is to count. */
export const executionCountQuery = z.object(filters);

/** The same as a member of a body. */
export const executionFilterSchema = z.strictObject(filters).register(apiSchemas, { id: 'ExecutionFilter' });

/** Which executions a list is to have, and which page of it. */
export const executionListQuery = z.object({ limit, starting_after: cursor, ...filters });

/** How much of an execution is to be read. */
export const executionReadQuery = z.object({
  steps: z
    .enum(['none'])
    .optional()
    .meta({ description: '`none` leaves the step runs out; `steps_total` counts them.' }),
});

/** How long a start is to wait for the end of its execution. */
export const executeQuery = z.object({
  wait: z
    .int()
    .min(1)
    .max(LIMITS.startWaitSeconds)
    .optional()
    .meta({ description: 'Seconds to wait for the end of the execution; needs the scope executions:read too.' }),
  answer: z.enum(['execution', 'response']).optional().meta({
    description:
      'What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step, which is then the response to the call.',
  }),
});

/** Which step runs of an execution, and which page of them. */
export const stepListQuery = z.object({
  parent: z
    .string()
    .regex(ID_FORMS.step_path, 'parent must be the path of a loop or parallel')
    .optional()
    .meta({ description: 'The path of a loop or parallel: only the step runs directly inside of it.' }),
  status: severalOf('status', stepStatusSchema.options)
    .optional()
    .meta({ description: 'One status or several: `failed,running`.' }),
  from_index: z
    .int()
    .min(0)
    .max(999_999)
    .optional()
    .meta({ description: 'Of a loop that `parent` names: from this iteration on.' }),
  starting_after: z
    .string()
    .regex(/^\d{1,6}(?:-\d{1,16}){3}$/, 'starting_after must be the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
  limit,
});

/** Which page of the journal of an execution. */
export const journalQuery = z.object({
  starting_after: z
    .string()
    .regex(EVENT_ID_FORM, 'starting_after must be the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
  limit,
});
