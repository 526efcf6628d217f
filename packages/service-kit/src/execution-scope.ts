import { toldTrigger, type ExecutionEvent } from '@millrace/contracts';

const NOTHING = {};

/** Which execution, and of what. */
export interface ScopeOwner {
  readonly execution_id: string;
  readonly workflow_id: string;
  readonly version: number;
}

/** What a version says of itself: its name, and the variables of its document. */
export interface ScopeVersion {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What every step of an execution can read, beside `secrets`. It comes from what `started` recorded: a message that wakes it holds no input. */
export function executionScope(
  { execution_id, workflow_id, version }: ScopeOwner,
  started: Extract<ExecutionEvent, { type: 'started' }>,
  { name, variables }: ScopeVersion,
) {
  return {
    input: started.input ?? null,
    variables: started.variables === undefined ? variables : { ...started.variables, ...variables },
    env: started.env ?? NOTHING,
    execution: { id: execution_id, started_at: started.accepted_at },
    workflow: { id: workflow_id, name, version },
    trigger: toldTrigger(started.trigger),
  };
}
