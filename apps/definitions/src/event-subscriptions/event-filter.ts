import { AppError, canGetEvents, type StoredEventSubscription } from '@millrace/contracts';
import type { WorkflowsRepository } from '../workflows/workflows.repository.js';

/** Refuses a subscription that would get nothing, whatever happens. Throws INVALID_INPUT. */
export function requireFitting({ events, workflow_id }: Pick<StoredEventSubscription, 'events' | 'workflow_id'>): void {
  if (canGetEvents(events, workflow_id)) return;
  const message = `none of these belongs to a workflow, so that with "workflow_id" nothing would be sent: ${events.join(', ')}`;
  throw refused('events', message);
}

/** Refuses one to a workflow that there is not: none will ever have this id. Throws INVALID_INPUT, SERVICE_UNAVAILABLE. */
export async function requireWorkflow(
  workflows: Pick<WorkflowsRepository, 'find'>,
  organisationId: string,
  workflow_id: string | null,
): Promise<void> {
  if (workflow_id === null || (await workflows.find(organisationId, workflow_id)) !== null) return;
  throw refused('workflow_id', `is no workflow of the organisation, so that nothing would be sent: ${workflow_id}`);
}

function refused(path: 'events' | 'workflow_id', message: string): AppError {
  return new AppError('INVALID_INPUT', { message, details: { issues: [{ path, message }] } });
}
