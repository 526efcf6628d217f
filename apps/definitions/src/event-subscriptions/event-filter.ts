import { AppError, canGetEvents, type StoredEventSubscription } from '@millrace/contracts';

/** Refuses a subscription that would get nothing, whatever happens. Throws INVALID_INPUT. */
export function requireFitting({ events, workflow_id }: Pick<StoredEventSubscription, 'events' | 'workflow_id'>): void {
  if (canGetEvents(events, workflow_id)) return;
  const message = `none of these belongs to a workflow, so that with "workflow_id" nothing would be sent: ${events.join(', ')}`;
  throw new AppError('INVALID_INPUT', { message, details: { issues: [{ path: 'events', message }] } });
}
