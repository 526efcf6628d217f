import { AppError, LIMITS } from '@millrace/contracts';
import type { Gate } from '@millrace/messaging';

/** How often somebody is asked to make room for those that wait at a gate for one owner, however many they are, milliseconds. */
const LOOK_MS = 250;

interface Looking {
  waiting: number;
  readonly timer: NodeJS.Timeout;
}

/** By owner. */
const looking = new WeakMap<Gate, Map<string, Looking>>();

/** A gate that a body has to pass. */
export interface Passage {
  readonly gate: Gate;
  readonly owner: string;
  /** Of what waits for the same owner the lowest goes first. */
  readonly rank?: () => number;
  /** Called once in a while as long as bodies of the owner wait at this one, so that who has been in it for too long makes room; one for all of them. */
  readonly makeRoom?: () => void;
}

/** The wait of a body for a turn, which ends when it takes too long, and when the body is given up. */
export class BodyTurn {
  readonly #waiting = new AbortController();

  /** Ends the wait, also one that has not begun. */
  giveUp(error: AppError): void {
    this.#waiting.abort(error);
  }

  /** Resolves when there is room in all gates, in their order, with the function that gives it back. Throws RATE_LIMIT_EXCEEDED, and the error that it is given up with. */
  async enter(...passages: readonly Passage[]): Promise<() => void> {
    const { signal } = this.#waiting;
    const timer = setTimeout(() => this.giveUp(tooMany()), LIMITS.bodyTurnWaitMs);
    const leaves: (() => void)[] = [];
    const leave = (): void => leaves.forEach((one) => one());
    try {
      for (const passage of passages) leaves.push(await pass(passage, signal));
      signal.throwIfAborted();
      return leave;
    } catch (error) {
      leave();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function pass({ gate, owner, rank, makeRoom }: Passage, signal: AbortSignal): Promise<() => void> {
  const stopLooking = makeRoom && look(gate, owner, makeRoom);
  try {
    return await gate.enter(owner, signal, 1, rank);
  } finally {
    stopLooking?.();
  }
}

/** Begins to look, unless that is under way; returns what ends it for this body. */
function look(gate: Gate, owner: string, makeRoom: () => void): () => void {
  const owners = looking.get(gate) ?? new Map<string, Looking>();
  looking.set(gate, owners);
  const own = owners.get(owner) ?? { waiting: 0, timer: setInterval(makeRoom, LOOK_MS) };
  owners.set(owner, own);
  own.waiting++;
  return () => {
    if (--own.waiting > 0) return;
    clearInterval(own.timer);
    owners.delete(owner);
  };
}

function tooMany(): AppError {
  return new AppError('RATE_LIMIT_EXCEEDED', {
    message: `The body waited ${LIMITS.bodyTurnWaitMs} ms for its turn, since many that are large or compressed arrive at once; send this one again, and fewer at a time`,
    details: { waited_ms: LIMITS.bodyTurnWaitMs },
  });
}
