import type { ExecutionEvent, RunRequest } from '@millrace/contracts';
import { executionScope } from '@millrace/service-kit/execution-scope';
import type { ScopeBase } from '../engine/scope.js';
import type { WorkflowProgram } from '../steps/step-program.js';

/** What every step of an execution can read. */
export function scopeOf(
  request: RunRequest,
  started: Extract<ExecutionEvent, { type: 'started' }>,
  { name, plan }: WorkflowProgram,
  secrets: Readonly<Record<string, string>>,
): ScopeBase {
  return { ...executionScope(request, started, { name, variables: plan.variables }), secrets };
}
