import {
  ExecutionAnswered,
  isEnd,
  type AnsweredExecution,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { marksOf } from '@millrace/schema';

/** Whom it is about. */
type Awaited = Pick<RunRequest, 'execution_id' | 'organisation_id' | 'awaited'>;

/** Sends its response and its end to those who wait for an execution, once these are in the journal. Of several responses the first one counts. */
export class Answers {
  #hasResponded = false;
  /** A large response takes longer to send than the end after it. */
  #told: Promise<void> = Promise.resolve();

  constructor(
    private readonly bus: Pick<Bus, 'tell'>,
    private readonly request: Awaited,
  ) {}

  /** To be called with events that are durable, in their order. Costs nothing when nobody waits. */
  recorded(events: readonly ExecutionEvent[]): void {
    if (this.request.awaited !== true) return;
    const response = this.#hasResponded ? undefined : responseIn(events);
    const ended = events.some(isEnd);
    if (response === undefined && !ended) return;
    this.#hasResponded ||= response !== undefined;
    const { execution_id, organisation_id } = this.request;
    const answer = { execution_id, organisation_id, ...(response === undefined ? {} : { response }), ended };
    // Who waits gets the end from history too, and in the end a reply without a response.
    this.#told = this.#told.then(() => this.bus.tell(ExecutionAnswered, answer)).catch(() => undefined);
  }
}

/** The first response among the events. A sealed one is shown to nobody. */
function responseIn(events: readonly ExecutionEvent[]): AnsweredExecution['response'] {
  for (const event of events)
    if (event.type === 'step_completed' && marksOf(event.step_type).responds && event.sealed === undefined)
      return event.output as AnsweredExecution['response'];
  return undefined;
}
