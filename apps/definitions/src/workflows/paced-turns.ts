import { setImmediate as othersFirst, setTimeout as sleep } from 'node:timers/promises';
import { KeyedQueue } from './keyed-queue.js';

/** A piece of work from this length on is followed by a rest. Milliseconds. */
const LONG_MS = 20;
/** One of this length others notice, since nothing else is done meanwhile. */
const NOTICED_MS = 200;
/** For so many times as long as a piece took, its organisation has no turn: after one that others have noticed they are to get on with all that has come. */
const REST = 1;
const REST_OF_NOTICED = 3;
const LONGEST_REST_MS = 10_000;

interface Clock {
  /** Milliseconds since anything. */
  readonly now: () => number;
  /** Resolves after so many milliseconds. */
  readonly rest: (milliseconds: number) => Promise<unknown>;
}

const CLOCK: Clock = { now: () => performance.now(), rest: (milliseconds) => sleep(milliseconds) };

/**
 * Work that takes the processor until it ends, of each organisation one piece at a time. Between two of one organisation others have as much time as such a
 * piece took, so that one organisation never has more than about half of it, and no more than a quarter by pieces that others notice.
 */
export class PacedTurns {
  readonly #queue: KeyedQueue;

  /** No more than `limit` pieces of one organisation may run and wait. */
  constructor(
    limit: number,
    private readonly clock = CLOCK,
  ) {
    this.#queue = new KeyedQueue(limit);
  }

  /** Resolves or rejects as `work` returns or throws, before the rest that follows it. Rejects with {@link QueueFull}. */
  run<Result>(organisationId: string, work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const turn = this.#queue.run(organisationId, async () => {
        await othersFirst();
        const began = this.clock.now();
        try {
          resolve(work());
        } catch (error) {
          reject(asError(error));
        }
        await this.#rest(this.clock.now() - began);
      });
      turn.catch((error: unknown) => reject(asError(error)));
    });
  }

  async #rest(took: number): Promise<void> {
    const times = took >= NOTICED_MS ? REST_OF_NOTICED : REST;
    if (took >= LONG_MS) await this.clock.rest(Math.min(times * took, LONGEST_REST_MS));
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
