import type { ExecutionEvent, RunRequest } from '@millrace/contracts';
import type { ScopeBase } from '../engine/scope.js';
import type { WorkflowProgram } from '../steps/step-program.js';

const NOTHING = {};

/** What every step of an execution can read. It comes from what `started` recorded: a message that wakes it holds no input. */
export function scopeOf(
  request: RunRequest,
  started: Extract<ExecutionEvent, { type: 'started' }>,
  program: WorkflowProgram,
  secrets: Readonly<Record<string, string>>,
): ScopeBase {
  return {
    input: started.input ?? null,
    variables:
      started.variables === undefined ? program.plan.variables : { ...started.variables, ...program.plan.variables },
    secrets,
    env: started.env ?? NOTHING,
    execution: { id: request.execution_id, started_at: started.accepted_at },
    workflow: { id: request.workflow_id, name: program.name, version: request.version },
    trigger: started.trigger,
  };
}
