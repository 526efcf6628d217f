import {
  derivedId,
  LIMITS,
  shortened,
  type EventType,
  type FinishedExecution,
  type OccurredEvent,
} from '@millrace/contracts';

/** Something that has happened in an organisation, as subscribers get it. */
export interface OutboundEvent {
  /** The same whenever it is made of the same thing. */
  readonly id: string;
  readonly type: string;
  readonly organisationId: string;
  readonly workflowId: string | null;
  /** When it happened: ISO 8601. */
  readonly at: string;
  /** The JSON text that is sent. */
  readonly body: string;
  /** The subscription that does not get it: the one that the event says is disabled. */
  readonly except?: string;
}

const MESSAGE_CHARACTERS = 2_000;

const DISABLED: EventType = 'subscription.disabled';

const TYPES = {
  completed: 'execution.completed',
  failed: 'execution.failed',
  cancelled: 'execution.cancelled',
} as const satisfies Record<string, EventType>;

/** The event of a finished execution, or null when it ended in a way that this version does not know. */
export function eventOfExecution(finished: FinishedExecution): OutboundEvent | null {
  const { execution_id, organisation_id, workflow_id, version, status } = finished;
  // Who subscribes to what happens is not to act on what somebody tries.
  if (finished.test === true || !Object.hasOwn(TYPES, status)) return null;
  const { started_at, completed_at, duration_ms, error } = finished;
  const data = {
    execution_id,
    workflow_id,
    version,
    status,
    started_at,
    completed_at,
    duration_ms,
    ...(error === undefined
      ? {}
      : { error: { code: error.code, message: shortened(error.message, MESSAGE_CHARACTERS) } }),
  };
  return eventOf(TYPES[status as keyof typeof TYPES], completed_at, {
    organisationId: organisation_id,
    workflowId: workflow_id,
    source: ['execution finished', execution_id],
    data,
  });
}

/** The event of something that another service has announced; null when it is too large to be sent. */
export function eventOfOccurrence({
  event_id: id,
  organisation_id: organisationId,
  workflow_id: workflowId,
  type,
  at,
  data,
}: OccurredEvent): OutboundEvent | null {
  const body = JSON.stringify({ type, timestamp: at, data });
  if (Buffer.byteLength(body) > LIMITS.eventBodyBytes) return null;
  const event = { id, type, organisationId, workflowId, at, body };
  const { subscription_id: disabled } = type === DISABLED ? data : {};
  return typeof disabled === 'string' ? { ...event, except: disabled } : event;
}

/** What an event is made of. */
export interface EventSource {
  readonly organisationId: string;
  readonly workflowId: string | null;
  /** What distinguishes it from all others, within its organisation. */
  readonly source: readonly [string, ...string[]];
  readonly data: object;
}

/** An event of a type, of a time (ISO 8601). */
export function eventOf(
  type: string,
  at: string,
  { organisationId, workflowId, source, data }: EventSource,
): OutboundEvent {
  const body = JSON.stringify({ type, timestamp: at, data });
  if (Buffer.byteLength(body) > LIMITS.eventBodyBytes) throw new Error(`An event of type ${type} is too large`);
  const id = derivedId('event', Date.parse(at), [organisationId, ...source]);
  return { id, type, organisationId, workflowId, at, body };
}
