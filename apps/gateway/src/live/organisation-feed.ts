import { randomInt } from 'node:crypto';
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
import type { PlaceIds } from './place-ids.js';

/** Which events of an organisation are sent, and from where on. */
export interface FollowedOrganisation {
  readonly organisationId: string;
  /** All without them. */
  readonly types: ReadonlySet<string> | undefined;
  readonly workflowId: string | undefined;
  /** The sequence of the last event that has come; from now on without one. */
  readonly after: number | undefined;
  readonly places: PlaceIds;
}

/** Of stored messages, for one read: a page ends before it is all sent. */
const BYTES_AT_ONCE = 256 * 1024;

const TOLD = [ExecutionFinished, EventOccurred] as const;

/** The events of an organisation, in the order in which they were stored: those that its subscriptions can be about. */
export class OrganisationFeed implements EventFeed {
  /** The sequence from which on is to be read; not known before the first read. */
  #next: number | undefined;
  /** The connection was lost, and the server may have lost its data meanwhile. */
  #isUnsure = false;
  #announced: Announcements | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'subjects'>,
    private readonly followed: FollowedOrganisation,
  ) {}

  async follow(wake: () => void): Promise<() => void> {
    const address = { organisation_id: this.followed.organisationId };
    const announced = (this.#announced = new Announcements(wake));
    const missed = () => {
      this.#isUnsure = true;
      announced.forget();
      wake();
    };
    const follower = { stored: announced.heard, missed };
    const { subjects } = this.bus;
    const ends = await Promise.all([
      subjects.follow(ExecutionFinished, address, follower),
      subjects.follow(EventOccurred, address, follower),
    ]);
    return () => ends.forEach((end) => end());
  }

  /** Throws SERVICE_UNAVAILABLE. */
  async next(): Promise<Batch> {
    const before = this.#next;
    const from = await this.#place();
    const { messages, ...read } = await this.bus.subjects.readAmong(
      TOLD,
      { organisation_id: this.followed.organisationId },
      { sequence: from, limit: LIMITS.liveOrganisationPageEvents, bytesAtOnce: BYTES_AT_ONCE },
    );
    let [told, text, bytes] = [0, '', 0];
    let { next, left: more } = read;
    for (const { name, sequence, payload } of messages) {
      if (bytes >= LIMITS.livePageBytes) {
        [next, more] = [sequence, true];
        break;
      }
      const event = eventIn(name, payload);
      if (event === null || !this.#isWanted(event)) continue;
      told = sequence;
      const frame = frameOf(event.type, this.#idOf(sequence), { id: event.id, ...(JSON.parse(event.body) as object) });
      text += frame;
      bytes += Buffer.byteLength(frame);
    }
    const place = next - 1;
    // Who comes again goes on behind what was looked through in vain.
    if (from !== before || (next > from && told < place)) text += placeMark(this.#idOf(place, randomInt(2 ** 32)));
    this.#next = next;
    this.#announced?.read(place);
    return { text, more, ended: false };
  }

  /** From where on to read. What is ahead of all that is stored was given by a server that has lost its data. */
  async #place(): Promise<number> {
    if (this.#next !== undefined && !this.#isUnsure) return this.#next;
    const last = await this.bus.subjects.lastStored({ stream: STREAMS.events });
    this.#isUnsure = false;
    this.#next = Math.min(this.#next ?? (this.followed.after ?? last) + 1, last + 1);
    return this.#next;
  }

  /** A place without an event has another id each time: that one is where another one was would show that nothing has happened, to anybody. */
  #idOf(sequence: number, position = 0): string {
    return this.followed.places.idOf({ sequence, position });
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
