import { JournalEntry, LIMITS, ReadLiveEvents } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { Announcements, type Batch, type EventFeed } from './event-feed.js';
import { frameOf } from './event-stream.js';

/** Whose events are told, and from where on. */
export interface FollowedExecution {
  readonly organisationId: string;
  readonly executionId: string;
  /** The id of the last event that has come. */
  readonly after: string | undefined;
  readonly requestId: string;
}

/** The events of one execution. History reads them: it knows where they are, and what of them may be told. */
export class ExecutionFeed implements EventFeed {
  #after: string | undefined;
  #announced: Announcements | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'request' | 'subjects'>,
    private readonly followed: FollowedExecution,
  ) {
    this.#after = followed.after;
  }

  follow(wake: () => void): Promise<() => void> {
    const { organisationId: organisation_id, executionId: execution_id } = this.followed;
    this.#announced = new Announcements(wake);
    const { heard: stored } = this.#announced;
    return this.bus.subjects.follow(JournalEntry, { organisation_id, execution_id }, { stored, missed: wake });
  }

  /** Throws EXECUTION_NOT_FOUND, INPUT_LOST, SERVICE_UNAVAILABLE. */
  async next(): Promise<Batch> {
    const { organisationId: organisation_id, executionId: execution_id, requestId } = this.followed;
    const after = this.#after;
    const question = { organisation_id, execution_id, limit: LIMITS.livePageEvents };
    const answer = await this.bus.request(ReadLiveEvents, after === undefined ? question : { ...question, after }, {
      requestId,
    });
    const { events, has_more: more, ended } = answer;
    this.#after = events.at(-1)?.id ?? after;
    this.#announced?.read(Number(this.#after?.split('-', 1)[0] ?? 0));
    return { text: events.map((event) => frameOf(event.type, event.id, event)).join(''), more, ended };
  }
}
