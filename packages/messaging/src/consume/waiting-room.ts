import { LIMITS } from '@millrace/contracts';
import type { Incoming } from './incoming.js';
import type { LanePuller } from './lane-puller.js';

/** A message that was pulled and has no slot yet. */
export interface Waiting {
  readonly key: string;
  readonly incoming: Incoming;
  readonly lane: LanePuller;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A message that has to go back to the server, for so long. */
export interface Deferred {
  readonly waiting: Waiting;
  readonly delayMs: number;
}

/** How many messages may wait for each slot: of one key, and of all together. */
const MOST_OF_ONE_KEY = 2;
const MOST_TOGETHER = 16;
const SHORTEST_DELAY_MS = 250;
/**
 * What has gone back comes again before what is new: so many milliseconds apart for each message, or looking through a deep
 * backlog would never get past its beginning.
 */
const DELAY_OF_EACH_MS = 20;

/**
 * Messages of keys that have their share of the slots already. They wait here, oldest first, so that the messages of others
 * behind them in the lane can be reached; their heartbeats keep them. What does not fit goes back to the server, the
 * latest first, until about its turn.
 */
export class WaitingRoom {
  readonly #queues = new Map<string, Waiting[]>();
  readonly #crowded = new Set<string>();
  /** How many messages of a lane have gone back and not come again, about. */
  readonly #away = new Map<LanePuller, number>();
  #count = 0;
  #bytes = 0;

  /** `slots` is the runner's concurrency. */
  constructor(private readonly slots: number) {}

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Lets a message wait at its place. One that comes again, after a heartbeat was missed, replaces the earlier delivery. */
  add(waiting: Waiting): void {
    const queue = this.#queues.get(waiting.key) ?? [];
    this.#queues.set(waiting.key, queue);
    const sequence = waiting.incoming.info.sequence;
    const after = queue.findLastIndex((other) => other.incoming.info.sequence <= sequence);
    const isAgain = queue[after]?.incoming.info.sequence === sequence;
    if (isAgain) this.#leave(queue[after] as Waiting);
    queue.splice(isAgain ? after : after + 1, isAgain ? 1 : 0, waiting);
    this.#count++;
    this.#bytes += waiting.incoming.message.data.length;
    if (waiting.incoming.info.deliveryCount > 1)
      this.#away.set(waiting.lane, Math.max(0, this.#awayOf(waiting.lane) - 1));
    if (queue.length >= this.slots) this.#crowded.add(waiting.key);
  }

  /** Takes the first message of the key that runs least, among those for which `mayBegin` says so. */
  take(mayBegin: (waiting: Waiting) => boolean, running: (key: string) => number): Waiting | undefined {
    let best: Waiting | undefined;
    for (const [first] of this.#queues.values()) {
      if (first === undefined || !mayBegin(first)) continue;
      if (best === undefined || running(first.key) < running(best.key)) best = first;
    }
    if (best !== undefined) this.#remove(best.key, 0);
    return best;
  }

  /** Takes what does not fit, from the key that has the most here. `random` is 0 … 1. */
  overflow(now: number, random: () => number): Deferred[] {
    const deferred: Deferred[] = [];
    for (let longest = this.#longest(); longest.length > 0; longest = this.#longest()) {
      const fits =
        longest.length <= MOST_OF_ONE_KEY * this.slots &&
        this.#count <= MOST_TOGETHER * this.slots &&
        this.#bytes <= LIMITS.waitingMessageBytes;
      if (fits) break;
      const [oldest] = longest as [Waiting];
      const turn = (now - oldest.since) / longest.length;
      const away = this.#awayOf(oldest.lane) + 1;
      this.#away.set(oldest.lane, away);
      const delay = Math.max(SHORTEST_DELAY_MS, away * Math.min(turn, DELAY_OF_EACH_MS));
      const waiting = this.#remove(oldest.key, longest.length - 1);
      deferred.push({ waiting, delayMs: Math.round(delay * (0.75 + 0.1 * random())) });
    }
    return deferred;
  }

  /** Whether a key of the lane waits with so much that more of it need not be looked for; until half of it is gone. */
  isCrowded(lane: LanePuller): boolean {
    for (const key of this.#crowded) {
      if (this.#queues.get(key)?.[0]?.lane === lane) return true;
    }
    return false;
  }

  /** Keeps all of them for another `ack_wait`. */
  heartbeat(): void {
    for (const queue of this.#queues.values()) queue.forEach(({ incoming }) => incoming.working());
  }

  /** Gives all of them back at once. */
  clear(): void {
    for (const queue of this.#queues.values()) queue.forEach(({ incoming }) => incoming.nak());
    this.#queues.clear();
    this.#crowded.clear();
    this.#away.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  #longest(): readonly Waiting[] {
    let longest: readonly Waiting[] = [];
    for (const queue of this.#queues.values()) if (queue.length > longest.length) longest = queue;
    return longest;
  }

  #remove(key: string, index: number): Waiting {
    const queue = this.#queues.get(key) ?? [];
    const [waiting] = queue.splice(index, 1) as [Waiting];
    this.#leave(waiting);
    if (queue.length <= this.slots / 2) this.#crowded.delete(key);
    if (queue.length === 0) {
      this.#queues.delete(key);
      this.#away.delete(waiting.lane);
    }
    return waiting;
  }

  #awayOf(lane: LanePuller): number {
    return this.#away.get(lane) ?? 0;
  }

  #leave({ incoming }: Waiting): void {
    this.#count--;
    this.#bytes -= incoming.message.data.length;
  }
}
