import { CountExecutions, type WorkflowResource } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { Principal } from '../auth/principal.js';

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
  if (workflowIds.length === 0) return {};
  try {
    const question = { organisation_id: caller.organisationId, workflow_ids: workflowIds };
    return (await bus.request(CountExecutions, question, { requestId, timeoutMs: 2_000 })).counts;
  } catch {
    return {};
  }
}
