import {
  newId,
  ReadLiveEvents,
  WatchEvents,
  type EventType,
  type FinishedExecution,
  type OccurredEvent,
} from '@millrace/contracts';

/** What the owners of what streams send return. */
export const LIVE_ANSWERS: [{ readonly subject: string }, () => unknown][] = [
  [
    ReadLiveEvents,
    () => ({
      events: [{ id: '17-0', type: 'completed', at: '2026-11-27T09:00:00.000Z' }],
      has_more: false,
      ended: true,
    }),
  ],
  [WatchEvents, () => ({ until: '2026-11-27T09:05:00.000Z' })],
];

/** A call of each stream, as far as its head. */
export const liveCalls = (execution: string, workflow: string): [method: string, path: string, status: number][] => [
  ['GET', `/v1/executions/${execution}/events`, 200],
  ['GET', `/v1/events?types=execution.failed,schedule.missed&workflow_id=${workflow}`, 200],
];

/** As history returns it, with ids that no caller sees. */
export const JOURNAL_PAGE = {
  events: [{ id: '17-0', type: 'completed', at: '2026-11-27T09:00:00.000Z' }],
  next_cursor: '17-0',
  has_more: true,
};

/** An execution of `organisation_id` that has ended. */
export const finishedExecution = (
  ended: Pick<FinishedExecution, 'organisation_id' | 'workflow_id' | 'status'>,
  at: string,
): FinishedExecution => ({
  ...{ ...ended, execution_id: newId('execution'), version: 3 },
  ...{ started_at: at, completed_at: at, duration_ms: 0 },
});

/** Something that has happened to an organisation. */
export const occurredEvent = (type: EventType, at: string): OccurredEvent => ({
  ...{ event_id: newId('event'), organisation_id: 'org_a', workflow_id: null, type, at },
  data: { schedule: 1 },
});
