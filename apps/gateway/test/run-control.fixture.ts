import {
  approvalEndpoints,
  CancelExecution,
  CreateApprovalLink,
  DecideApproval,
  GetApproval,
  ListApprovals,
  executionEndpoints,
  MatchExecutions,
  PauseExecution,
  PlanRestart,
  ResumeExecution,
  runControlEndpoints,
  SignalExecution,
} from '@millrace/contracts';
import { WORKFLOW } from './gateway.fixture.js';

const EXECUTION = executionEndpoints.get.answer.example.id;
const APPROVAL = approvalEndpoints.get.answer.example.id;

/** What history says of an execution that is to be retried or replayed, on the version that is active. */
const RESTART = {
  workflow_id: WORKFLOW,
  version: 3,
  trigger: { type: 'api' },
  input: { name: 'Ada' },
  reuse: { execution_id: EXECUTION, steps: ['greeting'] },
  plan: runControlEndpoints.replayPlan.answer.example,
};

/** What history returns to who changes what becomes of executions. */
export const RUN_CONTROL_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [CancelExecution, () => runControlEndpoints.cancel.answer.example],
  [SignalExecution, () => runControlEndpoints.signal.answer.example],
  [PauseExecution, () => runControlEndpoints.pause.answer.example],
  [ResumeExecution, () => runControlEndpoints.resume.answer.example],
  [PlanRestart, () => RESTART],
  [MatchExecutions, () => ({ execution_ids: [EXECUTION] })],
  [ListApprovals, () => approvalEndpoints.list.answer.example],
  [GetApproval, () => approvalEndpoints.get.answer.example],
  [DecideApproval, () => approvalEndpoints.decide.answer.example],
  [CreateApprovalLink, () => ({ link_token: 'a'.repeat(32), expires_at: '2026-11-28T09:00:00.060Z' })],
];

/** A call of each endpoint that does, with the status of its answer. */
export const RUN_CONTROL_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['POST', `/v1/executions/${EXECUTION}/cancel`, 200],
  ['POST', `/v1/executions/${EXECUTION}/cancel`, 200, '{"reason":"The wrong list"}'],
  ['POST', `/v1/executions/${EXECUTION}/signals/paid`, 202],
  ['POST', `/v1/executions/${EXECUTION}/signals/paid`, 202, '{"payload":{"amount":12},"signal_id":"p-1"}'],
  ['POST', `/v1/executions/${EXECUTION}/pause`, 200],
  ['POST', `/v1/executions/${EXECUTION}/pause`, 200, '{"reason":"The shop is down"}'],
  ['POST', `/v1/executions/${EXECUTION}/resume`, 200],
  ['GET', '/v1/approvals?status=pending&limit=1', 200],
  ['GET', `/v1/approvals/${APPROVAL}`, 200],
  ['POST', `/v1/approvals/${APPROVAL}/decide`, 200, '{"approved":true,"comment":"Looks right"}'],
  ['POST', `/v1/approvals/${APPROVAL}/links`, 201, '{"approver":"ada@example.com"}'],
  ['POST', `/v1/executions/${EXECUTION}/retry`, 202],
  ['POST', `/v1/executions/${EXECUTION}/replay`, 202],
  ['POST', `/v1/executions/${EXECUTION}/replay`, 202, '{"from_step":"a","version":2,"input":null}'],
  ['POST', '/v1/executions/bulk', 202, '{"action":"cancel","filter":{"label":"import","min_ms":100}}'],
  ['POST', '/v1/executions/bulk', 200, '{"action":"replay","filter":{},"dry_run":true}'],
  ['GET', `/v1/executions/${EXECUTION}/replay-plan?from_step=a&version=latest`, 200],
];
