import {
  CountExecutions,
  ListNextRuns,
  type ListedWorkflows,
  type WorkflowList,
  type WorkflowResource,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { hasNextRun } from '@millrace/schema';
import type { z } from 'zod';
import type { Principal } from '../auth/principal.js';

/** How long a list waits for what it can be without. Milliseconds. */
const EXTRA_MS = 2_000;

/** Whose workflow a question is about, and who is written down as having changed it. */
export function author({ organisationId, tokenId }: Principal): { organisation_id: string; token_id: string } {
  return { organisation_id: organisationId, token_id: tokenId };
}

/** A document as its owner is asked about it: parsed, or as the YAML that was sent. */
export function sentDocument({ body, yaml }: { body: unknown; yaml: string | undefined }): {
  document?: unknown;
  source?: string;
} {
  return yaml === undefined ? { document: body } : { source: yaml };
}

/** A workflow with the number of its executions, both of which are asked for at once. */
export async function counted(
  bus: Bus,
  caller: Principal,
  workflowId: string,
  requestId: string,
  asked: Promise<WorkflowResource>,
): Promise<WorkflowResource> {
  const [workflow, counts] = await Promise.all([asked, executionCounts(bus, caller, [workflowId], requestId)]);
  return { ...workflow, execution_count: counts[workflowId] ?? 0 };
}

/** Numbers of executions by workflow. They are an extra: without `history` there are none, and workflows are still returned. */
export async function executionCounts(
  bus: Bus,
  caller: Principal,
  workflowIds: string[],
  requestId: string,
): Promise<Record<string, number>> {
  return (await activityOf(bus, { caller, workflowIds, requestId })).counts;
}

/** Which workflows are asked about, by whom. */
interface ManyWorkflows {
  readonly caller: Principal;
  readonly workflowIds: string[];
  readonly requestId: string;
}

type Activity = z.output<typeof CountExecutions.answer>;

/** The entries of a list with what `history` and `scheduler` know of them: an extra, as above. */
export async function listed(
  bus: Bus,
  { caller, requestId }: Pick<ManyWorkflows, 'caller' | 'requestId'>,
  { workflows, ...list }: ListedWorkflows,
): Promise<WorkflowList> {
  const many = { caller, requestId, workflowIds: workflows.map(({ id }) => id) };
  const scheduled = workflows.filter(
    ({ triggers, deleted_at }) => deleted_at === undefined && mayBeScheduled(triggers),
  );
  const [{ counts, last }, next] = await Promise.all([
    activityOf(bus, many, { with_last: true }),
    nextRuns(bus, { ...many, workflowIds: scheduled.map(({ id }) => id) }),
  ]);
  return {
    ...list,
    workflows: workflows.map(({ tags = [], triggers = [], ...workflow }) => ({
      ...workflow,
      tags,
      triggers,
      execution_count: counts[workflow.id] ?? 0,
      last_execution: last?.[workflow.id] ?? null,
      next_run_at: next[workflow.id] ?? null,
    })),
  };
}

async function activityOf(
  bus: Bus,
  { caller, workflowIds, requestId }: ManyWorkflows,
  more: { with_last?: boolean } = {},
): Promise<Activity> {
  if (workflowIds.length === 0) return { counts: {} };
  const question = { organisation_id: caller.organisationId, workflow_ids: workflowIds, ...more };
  return bus.request(CountExecutions, question, { requestId, timeoutMs: EXTRA_MS }).catch(() => ({ counts: {} }));
}

async function nextRuns(bus: Bus, { caller, workflowIds, requestId }: ManyWorkflows): Promise<Record<string, string>> {
  if (workflowIds.length === 0) return {};
  const question = { organisation_id: caller.organisationId, workflow_ids: workflowIds };
  const asked = bus.request(ListNextRuns, question, { requestId, timeoutMs: EXTRA_MS });
  return asked.then(
    ({ next }) => next,
    () => ({}),
  );
}

/** A `definitions` of an earlier version does not say. */
function mayBeScheduled(triggers: readonly { readonly type: string }[] | undefined): boolean {
  return triggers?.some(({ type }) => hasNextRun(type)) ?? true;
}
