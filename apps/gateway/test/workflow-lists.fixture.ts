import { CountExecutions, GetExecutionStats, ListNextRuns, ListWorkflows, statsEndpoints, workflowEndpoints } from '@millrace/contracts'; // prettier-ignore

const { example } = workflowEndpoints.list.answer;
const [ENTRY] = example.workflows;
const { last_execution, next_run_at, execution_count, ...listed } = ENTRY;

/** What the owners of lists and figures reply, each with its part of {@link example}. */
export const LIST_ANSWERS: [{ readonly subject: string }, () => unknown][] = [
  [ListWorkflows, () => ({ ...example, workflows: [{ ...listed, execution_count: 0 }] })],
  [CountExecutions, () => ({ counts: { [ENTRY.id]: execution_count }, last: { [ENTRY.id]: last_execution } })],
  [ListNextRuns, () => ({ next: { [ENTRY.id]: next_run_at } })],
  [GetExecutionStats, () => statsEndpoints.ofExecutions.answer.example],
];

/** Calls of lists and figures. */
export function listCalls(workflowId: string): [method: string, path: string, status: number, body?: string][] {
  const range = 'from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00%2B01:00';
  return [
    ['GET', '/v1/workflows?per_page=5', 200],
    ['GET', '/v1/workflows?status=active&q=gree&tag=a%20b&trigger_type=webhook&sort=last_run&page=2', 200],
    ['GET', '/v1/workflows?deleted=true', 200],
    ['GET', `/v1/workflows/${workflowId}/stats`, 200],
    ['GET', `/v1/workflows/${workflowId}/stats?${range}&bucket=hour`, 200],
    ['GET', '/v1/stats/executions', 200],
    ['GET', `/v1/stats/executions?${range}&bucket=day&by=workflow`, 200],
  ];
}
