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
 * What has gone back comes again before what is new: of each key so many milliseconds apart at most, or looking through a deep
 * backlog would never get past its beginning.
 */
const LONGEST_TURN_MS = 20;

/**
 * Messages of keys that have their share of the slots already. They wait here, oldest first, so that the messages of others
 * behind them in the lane can be reached; their heartbeats keep them. What does not fit goes back to the server, the
 * latest first, until about its turn.
 */
export class WaitingRoom {
  /** By lane and key: while an organisation moves to another lane it has messages in both. */
  readonly #queues = new Map<LanePuller, Map<string, Waiting[]>>();
  /** Queues that are long, until half of it is gone. */
  readonly #crowded = new Set<Waiting[]>();
  /** When the last message that has gone back from a queue comes again, about; in milliseconds since the epoch. */
  readonly #lastTurns = new WeakMap<Waiting[], number>();
  #count = 0;
  #bytes = 0;

  /** `slots` is the runner's concurrency. */
  constructor(private readonly slots: number) {}

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Lets a message wait at its place. One that comes again, after a heartbeat was missed, replaces the earlier delivery. */
  add(waiting: Waiting): void {
    const queue = this.#queueOf(waiting);
    const sequence = waiting.incoming.info.sequence;
    const after = queue.findLastIndex((other) => other.incoming.info.sequence <= sequence);
    const isAgain = queue[after]?.incoming.info.sequence === sequence;
    if (isAgain) this.#leave(queue[after] as Waiting);
    queue.splice(isAgain ? after : after + 1, isAgain ? 1 : 0, waiting);
    this.#count++;
    this.#bytes += waiting.incoming.message.data.length;
    if (queue.length >= this.slots) this.#crowded.add(queue);
  }

  /** Takes the first message of the key that runs least, among those for which `mayBegin` says so. */
  take(mayBegin: (waiting: Waiting) => boolean, running: (key: string) => number): Waiting | undefined {
    let best: Waiting | undefined;
    for (const [first] of this.#all()) {
      if (first === undefined || !mayBegin(first)) continue;
      if (best === undefined || isBefore(first, best, running)) best = first;
    }
    if (best !== undefined) this.#remove(best, 0);
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
      const turn = Math.min((now - oldest.since) / longest.length, LONGEST_TURN_MS);
      const at = Math.max(now, this.#lastTurns.get(longest) ?? 0) + turn;
      this.#lastTurns.set(longest, at);
      const delay = Math.max(SHORTEST_DELAY_MS, at - now);
      const waiting = this.#remove(oldest, longest.length - 1);
      deferred.push({ waiting, delayMs: Math.round(delay * (0.75 + 0.1 * random())) });
    }
    return deferred;
  }

  /** Whether a key of the lane waits with so much that more of it need not be looked for; until half of it is gone. */
  isCrowded(lane: LanePuller): boolean {
    for (const [first] of this.#crowded) if (first?.lane === lane) return true;
    return false;
  }

  /** Keys that wait with so much. */
  crowdedKeys(): string[] {
    return [...this.#crowded].flatMap(([first]) => (first === undefined ? [] : [first.key]));
  }

  /** Whether anything of the lane waits. */
  hasOf(lane: LanePuller): boolean {
    return (this.#queues.get(lane)?.size ?? 0) > 0;
  }

  /** Keeps all of them for another `ack_wait`. */
  heartbeat(): void {
    for (const queue of this.#all()) queue.forEach(({ incoming }) => incoming.working());
  }

  /** Gives all of them back at once. */
  clear(): void {
    for (const queue of this.#all()) queue.forEach(({ incoming }) => incoming.nak());
    this.#queues.clear();
    this.#crowded.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  #longest(): Waiting[] {
    let longest: Waiting[] = [];
    for (const queue of this.#all()) if (queue.length > longest.length) longest = queue;
    return longest;
  }

  /** Takes a message out of the queue of another one. */
  #remove({ lane, key }: Waiting, index: number): Waiting {
    const queue = this.#queues.get(lane)?.get(key) ?? [];
    const [waiting] = queue.splice(index, 1) as [Waiting];
    this.#leave(waiting);
    if (queue.length <= this.slots / 2) this.#crowded.delete(queue);
    if (queue.length === 0) {
      this.#queues.get(lane)?.delete(key);
      if (!this.hasOf(lane)) this.#queues.delete(lane);
    }
    return waiting;
  }

  #queueOf({ lane, key }: Waiting): Waiting[] {
    const queues = this.#queues.get(lane) ?? new Map<string, Waiting[]>();
    const queue = queues.get(key) ?? [];
    this.#queues.set(lane, queues.set(key, queue));
    return queue;
  }

  *#all(): Generator<Waiting[]> {
    for (const queues of this.#queues.values()) yield* queues.values();
  }

  #leave({ incoming }: Waiting): void {
    this.#count--;
    this.#bytes -= incoming.message.data.length;
  }
}

/** Whose key runs least; of one key, what was published first, in whichever lane. */
function isBefore(one: Waiting, other: Waiting, running: (key: string) => number): boolean {
  if (one.key === other.key) return one.incoming.info.sequence < other.incoming.info.sequence;
  return running(one.key) < running(other.key);
}
