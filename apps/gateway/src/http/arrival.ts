import { LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { BodyTurn } from './body-turn.js';
import { goneAway } from './body-room.js';

/** One for the process: by owner alone, so that what one sends keeps no other's from arriving. */
const arriving = new Gate(Infinity, LIMITS.largeBodiesArriving);

/** In front of it where anybody may send: one address, however slow, has half of an owner's places at most. */
const callers = new Gate(Infinity, LIMITS.largeBodiesArriving / 2);

/**
 * The arrival of a body. Once it has turned out to be large it goes on only in one of its owner's few places, and waits on its connection until there is one: what has
 * been read and is thrown away in the end takes memory too, for as long as the garbage collector leaves it.
 */
export class Arrival {
  /** Of a large one alone, since nearly all are small. */
  #turn: BodyTurn | undefined;
  #leave: (() => void) | undefined;
  #isOver = false;

  constructor(
    private readonly owner: string,
    /** The address, of a body that is sent at somebody else's expense. */
    private readonly caller: string | undefined,
  ) {}

  /** Resolves when it may go on. Throws RATE_LIMIT_EXCEEDED when that takes too long. */
  readonly becameLarge = async (): Promise<void> => {
    this.#turn = new BodyTurn();
    const { owner, caller } = this;
    const first = caller === undefined ? [] : [{ gate: callers, owner: `${owner} ${caller}` }];
    const leave = await this.#turn.enter(...first, { gate: arriving, owner });
    // It may have ended just after its turn came.
    if (this.#isOver) leave();
    else this.#leave = leave;
  };

  /** It has arrived and is worked on, or nobody waits for it any more. */
  end(): void {
    this.#isOver = true;
    this.#turn?.giveUp(goneAway());
    this.#leave?.();
  }
}
