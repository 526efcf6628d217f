import {
  ERRORS,
  isTest,
  type ExecutionResource,
  type ExecutionSummary,
  type Failure,
  type RunRequest,
} from '@millrace/contracts';
import { AnswerValues } from './answer-values.js';
import { originIn, originOf, testOf } from './execution-origin.js';
import { parentOf } from './execution-parent.js';
import type { ExecutionRow } from './executions.repository.js';

/** The view of an execution that no executor has claimed yet; of a large input it has a reference, as all views do. */
export function resourceOfAccepted(run: RunRequest): ExecutionResource {
  return {
    id: run.execution_id,
    execution_id: run.execution_id,
    workflow_id: run.workflow_id,
    workflow_version: run.version,
    status: 'running',
    trigger: run.trigger,
    started_at: run.accepted_at,
    completed_at: null,
    duration_ms: null,
    ...new AnswerValues(run.execution_id).input(run.input ?? null),
    steps: [],
    steps_total: 0,
    output: null,
    error: null,
    ...(run.label === undefined ? {} : { label: run.label }),
    ...testOf(isTest(run.trigger)),
    ...originOf(run.trigger.type, originIn(run.trigger)),
    ...parentOf(run.trigger),
  };
}

/** An entry of the list. */
export function summaryOf(row: ExecutionRow): ExecutionSummary {
  const completedAt = row.completed_at;
  return {
    id: row._id,
    execution_id: row._id,
    workflow_id: row.wf,
    workflow_version: row.version,
    status: row.status,
    trigger: { type: row.trigger_type },
    started_at: row.started_at.toISOString(),
    completed_at: completedAt?.toISOString() ?? null,
    duration_ms: completedAt ? Math.max(0, completedAt.getTime() - row.started_at.getTime()) : null,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    ...(row.failed_path === undefined ? {} : { failed_path: row.failed_path }),
    ...(row.label === undefined ? {} : { label: row.label }),
    ...testOf(row.test !== undefined),
    ...originOf(row.trigger_type, row.restarted_from),
    ...(row.parent === undefined ? {} : { parent: { execution_id: row.parent, step_path: row.parent_path ?? '' } }),
    ...incompleteOf(row),
  };
}

/** That entries of an execution are lost, where they are. */
export function incompleteOf({ missing }: Pick<ExecutionRow, 'missing'>): { incomplete?: Failure } {
  if (!missing?.length) return {};
  const { message } = ERRORS.HISTORY_INCOMPLETE;
  return { incomplete: { code: 'HISTORY_INCOMPLETE', message, details: { journal_sequences: missing } } };
}

/** The view by the events that are left; how it ended may be known by the record only. */
export function resourceOfIncomplete(row: ExecutionRow, view: ExecutionResource | null): ExecutionResource {
  const summary = summaryOf(row);
  if (!view) return resourceOfRow(row);
  return view.status === 'running' || view.status === 'waiting'
    ? { ...view, ...summary }
    : { ...view, ...incompleteOf(row) };
}

/** What is left of an execution whose events are lost: refused by the database, and past the journal's retention. */
export function resourceOfRow(row: ExecutionRow): ExecutionResource {
  return { ...summaryOf(row), input: null, steps: [], steps_total: 0, output: null };
}
