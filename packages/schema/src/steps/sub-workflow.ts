import { z } from 'zod';
import { marked, templateValue } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

/** Fixed, so that the workflows an execution can start are known when it is saved. */
const WORKFLOW_ID = /^[A-Za-z0-9_-]+$/;

/** Runs another workflow. Output: that execution's output, or `{execution_id}` when it is not waited for. */
export const subWorkflowStep = defineStep({
  type: 'sub_workflow',
  title: 'Sub-workflow',
  description: "Runs another workflow. Output: its output, or {execution_id} when it isn't waited for.",
  aliases: ['workflow', 'subflow', 'call'],
  executable: true,
  config: z.strictObject({
    workflow_id: marked(
      z
        .string()
        .max(FIELD_LIMITS.workflowIdLength, { abort: true })
        .regex(WORKFLOW_ID, { error: 'must be the id of a workflow, e.g. "wf_123456"; it takes no {{ }}' }),
      'workflow',
      'The id of the workflow to run, e.g. "wf_123456".',
    ),
    input: templateValue("The input of that execution; by default this execution's own.").optional(),
    wait: z
      .boolean()
      .default(true)
      .meta({ description: 'Waits until it has ended and fails when it failed (default true).' }),
  }),
  output: z.unknown(),
  example: { workflow_id: 'wf_1', input: { a: '{{input.a}}' }, wait: true },
});
