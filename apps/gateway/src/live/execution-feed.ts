import { JournalEntry, LIMITS, ReadLiveEvents, type LiveEvent, type WrittenText } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { Announcements, type Batch, type EventFeed } from './event-feed.js';
import { frameOf } from './event-stream.js';
import { toldId } from './journal-ids.js';
import type { PlaceIds } from './place-ids.js';
import { WrittenTexts } from './written-text.js';

/** Whose events are sent, and from where on. */
export interface FollowedExecution {
  readonly organisationId: string;
  readonly executionId: string;
  /** The last event that has come, by the id that history has for it. */
  readonly after: string | undefined;
  /** Makes of the ids that history has those that are sent. */
  readonly places: PlaceIds;
  readonly requestId: string;
}

/** The events with which a step run stops writing, at least for now. */
const ENDS_OF_WRITING: ReadonlySet<string> = new Set(['step_completed', 'step_failed', 'step_waiting']);

/**
 * The events of one execution, and what its models write meanwhile. History reads the events: it knows where they are, and what of them may be sent. Texts come
 * from executors, and are nowhere else.
 */
export class ExecutionFeed implements EventFeed {
  #after: string | undefined;
  #announced: Announcements | undefined;
  readonly #texts: WrittenTexts;
  /** Something may be stored that has not been read. */
  #isStored = true;
  #readAt = 0;

  constructor(
    private readonly bus: Pick<Bus, 'request' | 'subjects' | 'hear' | 'tell'>,
    private readonly followed: FollowedExecution,
  ) {
    this.#after = followed.after;
    this.#texts = new WrittenTexts(bus, followed);
  }

  async follow(wake: () => void): Promise<() => void> {
    const { organisationId: organisation_id, executionId: execution_id } = this.followed;
    const missed = (): void => {
      this.#isStored = true;
      wake();
    };
    this.#announced = new Announcements(missed);
    const { heard: stored } = this.#announced;
    const unfollow = await this.bus.subjects.follow(
      JournalEntry,
      { organisation_id, execution_id },
      { stored, missed },
    );
    try {
      const endTexts = await this.#texts.follow(wake);
      return () => {
        unfollow();
        endTexts();
      };
    } catch (error) {
      unfollow();
      throw error;
    }
  }

  /** Throws EXECUTION_NOT_FOUND, INPUT_LOST, SERVICE_UNAVAILABLE. */
  async next(): Promise<Batch> {
    // Announcements may be lost: texts that keep coming must not put off looking.
    const isDue = performance.now() - this.#readAt >= LIMITS.liveHeartbeatMs;
    if (this.#after !== undefined && !this.#isStored && !isDue && !this.#texts.isEmpty)
      return { text: this.#textsAt(this.#texts.take()), more: false, ended: false };
    const { organisationId: organisation_id, executionId: execution_id, requestId } = this.followed;
    const after = this.#after;
    const question = { organisation_id, execution_id, limit: LIMITS.livePageEvents };
    this.#isStored = false;
    const answer = await this.bus
      .request(ReadLiveEvents, after === undefined ? question : { ...question, after }, { requestId })
      .catch((error: unknown) => {
        this.#isStored = true;
        throw error;
      });
    this.#readAt = performance.now();
    const { events, has_more: more, ended } = answer;
    this.#isStored ||= more;
    const text = this.#told(events);
    this.#announced?.read(Number(this.#after?.split('-', 1)[0] ?? 0));
    return { text, more, ended };
  }

  /** Events with the texts that came meanwhile, each before the event that ends its step run. */
  #told(events: readonly LiveEvent[]): string {
    let waiting = this.#after === undefined && events.length === 0 ? [] : this.#texts.take();
    let told = '';
    for (const event of events) {
      if (ENDS_OF_WRITING.has(event.type)) {
        const own = waiting.filter(({ path }) => path === event.path);
        waiting = waiting.filter(({ path }) => path !== event.path);
        told += this.#textsAt(own);
      }
      const id = toldId(this.followed.places, event.id);
      told += frameOf(event.type, id, { ...event, id });
      this.#after = event.id;
    }
    return told + this.#textsAt(waiting);
  }

  /** They have the id of the event before, behind which one goes on. */
  #textsAt(texts: readonly WrittenText[]): string {
    if (this.#after === undefined || texts.length === 0) return '';
    const id = toldId(this.followed.places, this.#after);
    const told = ({ at, path, step_type, attempt, call, offset, text }: WrittenText): string =>
      frameOf('text', id, { id, type: 'text', at, path, step_type, attempt, call, offset, text });
    return texts.map(told).join('');
  }
}
