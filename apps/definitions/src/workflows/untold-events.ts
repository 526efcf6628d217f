import type { UntoldEvent, WorkflowRecord } from './workflow.schema.js';
import type { WorkflowChanges } from './workflows.repository.js';

/** Of so many changes that could not be announced yet; the oldest go. */
const MOST_UNTOLD = 100;

/** What is to be announced of a workflow after a change: what is still untold, and what the change is. Undefined for nothing. */
export function untoldAfter(workflow: WorkflowRecord, changes: WorkflowChanges): UntoldEvent[] | undefined {
  const { status = workflow.status, version = workflow.version, deleted_at: deletedAt } = changes;
  const types: UntoldEvent['type'][] = [
    ...(version === workflow.version ? [] : (['workflow.published'] as const)),
    ...(status === 'paused' && workflow.status !== 'paused' ? (['workflow.paused'] as const) : []),
    ...(deletedAt ? (['workflow.deleted'] as const) : []),
  ];
  const at = new Date();
  const untold = [...(workflow.untold ?? []), ...types.map((type) => ({ type, at, version }))].slice(-MOST_UNTOLD);
  return untold.length === 0 ? undefined : untold;
}
