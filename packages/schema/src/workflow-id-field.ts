import { z } from 'zod';
import { marked } from './fields.js';
import { FIELD_LIMITS } from './limits.js';

/** Fixed, so that the workflows an execution can start are known when it is saved. */
const WORKFLOW_ID = /^[A-Za-z0-9_-]+$/;

/** The id of a workflow that a step starts. */
export function workflowIdField(description: string) {
  return marked(
    z
      .string()
      .max(FIELD_LIMITS.workflowIdLength, { abort: true })
      .regex(WORKFLOW_ID, { error: 'must be the id of a workflow, e.g. "wf_123456"; it takes no {{ }}' }),
    'workflow',
    description,
  );
}
