import { valueField } from './fields.js';
import type { ChildHandler } from './step-handler.js';

/** Output: that of the execution it starts, or `{execution_id}` when it is not waited for. */
export const subWorkflow: ChildHandler<'sub_workflow'> = {
  kind: 'child',
  compile({ workflow_id: workflowId, input, wait: awaited }) {
    const inputOf = valueField(input, 'input');
    return (scope, options) => ({
      workflowId,
      input: input === undefined ? scope.input : inputOf(scope, options),
      awaited,
    });
  },
};
