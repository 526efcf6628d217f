import { ActiveSnapshot, newId, VersionSnapshot, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { workflowOf } from './executor.fixture.js';

/** Saves a workflow as `definitions` does, and returns its id. */
export async function saveWorkflow(
  bus: NatsBus,
  steps: object[],
  rest: object,
  of: { organisation_id: string; status?: string },
): Promise<string> {
  const workflow = { workflow_id: newId('workflow'), version: 1, ...of };
  const document = JSON.stringify(workflowOf(steps, rest));
  await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'Saved', document });
  await bus.snapshots.put(ActiveSnapshot, workflow, { status: 'active', ...workflow } as never);
  return workflow.workflow_id;
}

/** A request to run a saved workflow. */
export function requestOf(workflow: { organisation_id: string; workflow_id: string }, input: unknown = {}): RunRequest {
  const of = { execution_id: newId('execution'), ...workflow, version: 1, generation: 0 };
  return { ...of, accepted_at: new Date().toISOString(), trigger: { type: 'api' }, input };
}
