import type { PutOffEvent } from '@millrace/contracts';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';

/** An event as it is put off: all that its deliveries are made of. */
export function putOffEvent({ id, type, organisationId, workflowId, at, body, except }: OutboundEvent): PutOffEvent {
  return {
    event_id: id,
    organisation_id: organisationId,
    workflow_id: workflowId,
    event_type: type,
    body,
    created_at: at,
    ...(except === undefined ? {} : { except }),
  };
}

/** The event that was put off, as it was. */
export function eventPutOff({
  event_id: id,
  organisation_id: organisationId,
  workflow_id: workflowId,
  event_type: type,
  body,
  created_at: at,
  except,
}: PutOffEvent): OutboundEvent {
  return { id, type, organisationId, workflowId, at, body, ...(except === undefined ? {} : { except }) };
}
