import { HEADERS, headerOf } from '../wire.js';
import type { Incoming } from './incoming.js';

/** What bounds the messages that are held back. */
interface HoldBackLimits {
  /** How long the first one of a subject is held, in milliseconds. */
  readonly maxMs: number;
  readonly maxMessages: number;
  /** Of what travels in the messages themselves. */
  readonly maxBytes: number;
}

interface Group<Message> {
  readonly until: number;
  readonly messages: Message[];
  bytes: number;
}

/** What it looks at. */
interface Holdable {
  readonly info: { readonly deliveryCount: number };
  readonly message: Pick<Incoming['message'], 'subject' | 'data' | 'headers'>;
}

/**
 * Holds back messages whose publisher says that more of the same subject follow soon, so that they are worked on together. They
 * are released by the first one that says no such thing, after a time, and the oldest when there are too many. They are not
 * acknowledged meanwhile: whoever dies loses none. A message that is delivered again is never held, nor are those before it.
 */
export class HoldBack<Message extends Holdable = Incoming> {
  /** In the order in which their time ends. */
  readonly #groups = new Map<string, Group<Message>>();
  #count = 0;
  #bytes = 0;

  constructor(private readonly limits: HoldBackLimits) {}

  /** When the first of them is due, in the time that `take` is given; undefined when none is held. */
  get due(): number | undefined {
    return this.#groups.values().next().value?.until;
  }

  /** All that are held. */
  get messages(): Message[] {
    return [...this.#groups.values()].flatMap((group) => group.messages);
  }

  /** Takes a message, and returns those that are to be worked on now. `now` is in milliseconds and never goes back. */
  take(message: Message, now: number): Message[] {
    const { subject } = message.message;
    const continues = message.info.deliveryCount === 1 && headerOf(message.message, HEADERS.continues) !== undefined;
    if (!continues) return this.#groups.has(subject) ? [...this.#release(subject), message] : [message];
    const group: Group<Message> = this.#groups.get(subject) ?? {
      until: now + this.limits.maxMs,
      messages: [],
      bytes: 0,
    };
    this.#groups.set(subject, group);
    group.messages.push(message);
    group.bytes += message.message.data.length;
    this.#count++;
    this.#bytes += message.message.data.length;
    return this.#releaseWhile(() => this.#count > this.limits.maxMessages || this.#bytes > this.limits.maxBytes);
  }

  /** Releases those whose time is over. */
  overdue(now: number): Message[] {
    return this.#releaseWhile(({ until }) => until <= now);
  }

  /** Releases all. */
  clear(): Message[] {
    return this.#releaseWhile(() => true);
  }

  #releaseWhile(condition: (oldest: Group<Message>) => boolean): Message[] {
    const released: Message[] = [];
    for (const [subject, group] of this.#groups) {
      if (!condition(group)) break;
      released.push(...this.#release(subject));
    }
    return released;
  }

  #release(subject: string): Message[] {
    const group = this.#groups.get(subject);
    if (group === undefined) return [];
    this.#groups.delete(subject);
    this.#count -= group.messages.length;
    this.#bytes -= group.bytes;
    // Emptied, because a `Map` leaves old tables behind (see roster.ts).
    return group.messages.splice(0);
  }
}
