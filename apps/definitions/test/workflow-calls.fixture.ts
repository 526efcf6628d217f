import {
  AppError,
  CreateWorkflow,
  DeleteWorkflow,
  GetWorkflow,
  PatchWorkflow,
  UpdateWorkflow,
  type WorkflowResource,
} from '@millrace/contracts';
import type { Fixture } from './definitions.fixture.js';

/** What the gateway asks about workflows, on behalf of one organisation at a time. */
export interface WorkflowCalls {
  readonly create: (document: unknown) => Promise<WorkflowResource>;
  readonly get: (workflow_id: string) => Promise<WorkflowResource>;
  readonly update: (workflow_id: string, patch: unknown, if_version?: number) => Promise<WorkflowResource>;
  readonly patch: (workflow_id: string, patch: unknown, if_version?: number) => Promise<WorkflowResource>;
  readonly remove: (workflow_id: string) => Promise<{ id: string; deleted: boolean }>;
}

/** `of` is asked at each call: who calls, and with which servers. */
export function workflowCalls(of: () => { fixture: Fixture; organisation_id: string }): WorkflowCalls {
  const change = (workflow_id: string, patch: unknown, if_version?: number) => ({
    organisation_id: of().organisation_id,
    workflow_id,
    patch,
    ...(if_version === undefined ? {} : { if_version }),
  });
  const ofWorkflow = (workflow_id: string) => ({ organisation_id: of().organisation_id, workflow_id });
  return {
    create: (document) =>
      of().fixture.client.request(CreateWorkflow, { organisation_id: of().organisation_id, document }),
    get: (workflow_id) => of().fixture.client.request(GetWorkflow, ofWorkflow(workflow_id)),
    update: (...changed) => of().fixture.client.request(UpdateWorkflow, change(...changed)),
    patch: (...changed) => of().fixture.client.request(PatchWorkflow, change(...changed)),
    remove: (workflow_id) => of().fixture.client.request(DeleteWorkflow, ofWorkflow(workflow_id)),
  };
}

/** The error of the catalogue that a call ends with; a call that succeeds, or fails otherwise, fails the test. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('It succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw error;
}

/** The id in the address of a webhook trigger. */
export function webhookId(trigger: unknown): string {
  return (trigger as { config: { url: string } }).config.url.replace('https://millrace.test/v1/webhooks/', '');
}
