import type { RunRequest } from '@millrace/contracts';
import type { ScopeBase } from '../engine/scope.js';
import type { WorkflowProgram } from '../steps/step-program.js';

const NOTHING = {};

/** What every step of an execution can read. */
export function scopeOf(request: RunRequest, program: WorkflowProgram): ScopeBase {
  return {
    input: request.input ?? null,
    variables: program.plan.variables,
    secrets: NOTHING,
    env: NOTHING,
    execution: { id: request.execution_id, started_at: request.accepted_at },
    workflow: { id: request.workflow_id, name: program.name, version: request.version },
    trigger: request.trigger,
  };
}
