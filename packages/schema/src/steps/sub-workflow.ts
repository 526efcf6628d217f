import { z } from 'zod';
import { templateValue } from '../fields.js';
import { defineStep } from '../step-definition.js';
import { workflowIdField } from '../workflow-id-field.js';

/** Runs another workflow. Output: that execution's output, or `{execution_id}` when it is not waited for. */
export const subWorkflowStep = defineStep({
  type: 'sub_workflow',
  title: 'Sub-workflow',
  description: "Runs another workflow. Output: its output, or {execution_id} when it isn't waited for.",
  aliases: ['workflow', 'subflow', 'call'],
  executable: true,
  reaches: 'executions',
  config: z.strictObject({
    workflow_id: workflowIdField('The id of the workflow to run, e.g. "wf_123456".'),
    input: templateValue("The input of that execution; by default this execution's own.").optional(),
    wait: z
      .boolean()
      .default(true)
      .meta({ description: 'Waits until it has ended and fails when it failed (default true).' }),
  }),
  output: z.unknown(),
  example: { workflow_id: 'wf_1', input: { a: '{{input.a}}' }, wait: true },
});
