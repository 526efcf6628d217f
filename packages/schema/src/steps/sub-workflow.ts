import { z } from 'zod';
import { templateValue } from '../fields.js';
import { defineStep } from '../step-definition.js';

/** Runs another workflow. Output: that execution's output, or `{execution_id}` when it is not waited for. */
export const subWorkflowStep = defineStep({
  type: 'sub_workflow',
  title: 'Sub-workflow',
  description: "Runs another workflow. Output: its output, or {execution_id} when it isn't waited for.",
  config: z.strictObject({
    workflow_id: z.string().min(1).meta({ description: 'The id of the workflow to run, e.g. "wf_123456".' }),
    input: templateValue("The input of that execution; by default this execution's own.").optional(),
    wait: z
      .boolean()
      .default(true)
      .meta({ description: 'Waits until it has ended and fails when it failed (default true).' }),
  }),
});
