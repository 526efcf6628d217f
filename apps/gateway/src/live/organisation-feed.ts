import {
  EventOccurred,
  ExecutionFinished,
  LIMITS,
  STREAMS,
  type FinishedExecution,
  type OccurredEvent,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { eventOfExecution, eventOfOccurrence, type OutboundEvent } from '@millrace/service-kit/outbound-event';
import { Announcements, type Batch, type EventFeed } from './event-feed.js';
import { frameOf, placeMark } from './event-stream.js';

/** Which events of an organisation are told, and from where on. */
export interface FollowedOrganisation {
  readonly organisationId: string;
  /** All without them. */
  readonly types: ReadonlySet<string> | undefined;
  readonly workflowId: string | undefined;
  /** The id of the last event that has come; from now on without one. */
  readonly after: number | undefined;
}

const TOLD = [ExecutionFinished, EventOccurred] as const;

/** The events of an organisation, in the order in which they were stored: those that its subscriptions can be about. */
export class OrganisationFeed implements EventFeed {
  /** The sequence from which on is to be read; not known before the first read. */
  #next: number | undefined;
  #announced: Announcements | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'subjects'>,
    private readonly followed: FollowedOrganisation,
  ) {}

  async follow(wake: () => void): Promise<() => void> {
    const address = { organisation_id: this.followed.organisationId };
    this.#announced = new Announcements(wake);
    const follower = { stored: this.#announced.heard, missed: wake };
    const { subjects } = this.bus;
    const ends = await Promise.all([
      subjects.follow(ExecutionFinished, address, follower),
      subjects.follow(EventOccurred, address, follower),
    ]);
    return () => ends.forEach((end) => end());
  }

  /** Throws SERVICE_UNAVAILABLE. */
  async next(): Promise<Batch> {
    const { organisationId: organisation_id, after } = this.followed;
    const isFirst = this.#next === undefined;
    if (this.#next === undefined) {
      const last = await this.bus.subjects.lastStored({ stream: STREAMS.events });
      // What is ahead of all that is stored was given by a server that has lost its data.
      this.#next = Math.min(after ?? last, last) + 1;
    }
    const read = await this.bus.subjects.readAmong(
      TOLD,
      { organisation_id },
      {
        sequence: this.#next,
        limit: LIMITS.livePageEvents,
      },
    );
    let told = 0;
    let text = '';
    for (const { name, sequence, payload } of read.messages) {
      const event = eventIn(name, payload);
      if (event === null || !this.#isWanted(event)) continue;
      told = sequence;
      text += frameOf(event.type, String(sequence), { id: event.id, ...(JSON.parse(event.body) as object) });
    }
    const place = read.next - 1;
    // Who comes again goes on behind what was looked through in vain.
    if (isFirst || (read.next > this.#next && told < place)) text += placeMark(String(place));
    this.#next = read.next;
    this.#announced?.read(place);
    return { text, more: read.left, ended: false };
  }

  #isWanted({ type, workflowId }: OutboundEvent): boolean {
    const { types, workflowId: only } = this.followed;
    return (types === undefined || types.has(type)) && (only === undefined || only === workflowId);
  }
}

function eventIn(name: string, payload: unknown): OutboundEvent | null {
  return name === ExecutionFinished.name
    ? eventOfExecution(payload as FinishedExecution)
    : eventOfOccurrence(payload as OccurredEvent);
}
