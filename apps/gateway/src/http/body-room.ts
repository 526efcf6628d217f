import { AppError, LIMITS } from '@millrace/contracts';
import { Gate, Roster } from '@millrace/messaging';

/** A body that is arriving, waits for its turn, or is being worked on. */
export interface HeldBody {
  /** Counts bytes that have arrived; may give up another body, or this one, for lack of space. */
  readonly grew: (bytes: number) => void;
  /** All of it is here. Resolves when it may be worked on, and is not given up any more; rejects when a large one is given up or released before. */
  readonly arrived: () => Promise<void>;
  /** It is no longer held. */
  readonly release: () => void;
}

interface Holding {
  readonly owner: string;
  giveUp: (error: AppError) => void;
  /** Ends its wait for its turn, while it waits. */
  endWait?: ((error: AppError) => void) | undefined;
  bytes: number;
  /** It is being worked on. */
  hasBegun: boolean;
  /** In the list of all; undefined once it is no longer held. */
  place: number | undefined;
}

/**
 * The memory that request bodies may take in one process. The organisation that sends the most at once is refused first: when there is no more
 * room, the largest body that is not being worked on yet, of the owner who holds the most, is given up, so that others' small ones
 * pass. A large body that has arrived is parsed, which takes many times its size, when its owner's turn comes.
 */
export class BodyRoom {
  readonly #holdings = new Roster<Holding>();
  readonly #bytesByOwner = new Map<string, number>();
  readonly #gate: Gate;
  #bytes = 0;

  constructor(
    private readonly limitBytes: number,
    largeAtOnce: number,
  ) {
    this.#gate = new Gate(largeAtOnce);
  }

  /** Begins a body of `owner`; `giveUp` is called at most once, with the error for the client. */
  open(owner: string, giveUp: (error: AppError) => void): HeldBody {
    const holding: Holding = { owner, giveUp, bytes: 0, hasBegun: false, place: undefined };
    holding.place = this.#holdings.add(holding);
    let leaveGate: (() => void) | undefined;
    let released = false;
    return {
      grew: (bytes) => this.#grow(holding, bytes),
      arrived: async () => {
        if (holding.bytes > LIMITS.inlinePayloadBytes) {
          const leave = await this.#turn(holding);
          if (released) {
            leave();
            throw goneAway();
          }
          leaveGate = leave;
        }
        holding.hasBegun = true;
      },
      release: () => {
        released = true;
        // Nobody counts its bytes from here on, so nobody may keep them.
        holding.endWait?.(goneAway());
        leaveGate?.();
        this.#drop(holding);
      },
    };
  }

  /** Resolves when it is its owner's turn; rejects when it is given up while it waits for that. */
  #turn(holding: Holding): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const { giveUp } = holding;
      let isOver = false;
      const endWait = (holding.endWait = (error) => {
        isOver = true;
        reject(error);
      });
      holding.giveUp = (error) => {
        giveUp(error);
        endWait(error);
      };
      void this.#gate.enter(holding.owner).then((leave) => {
        holding.endWait = undefined;
        holding.hasBegun = true;
        if (isOver) leave();
        else resolve(leave);
      });
    });
  }

  #grow(holding: Holding, bytes: number): void {
    if (holding.place === undefined) return;
    holding.bytes += bytes;
    this.#bytes += bytes;
    this.#bytesByOwner.set(holding.owner, (this.#bytesByOwner.get(holding.owner) ?? 0) + bytes);
    while (this.#bytes > this.limitBytes) {
      const dearest = this.#dearest();
      if (dearest === undefined) return;
      this.#drop(dearest);
      dearest.giveUp(
        new AppError('RATE_LIMIT_EXCEEDED', {
          message: `More request bodies are being sent at once than there is room for (${this.limitBytes} bytes); send this one again, and fewer large ones at a time`,
          details: { limit_bytes: this.limitBytes },
        }),
      );
    }
  }

  #drop(holding: Holding): void {
    if (holding.place === undefined) return;
    this.#holdings.remove(holding.place);
    holding.place = undefined;
    this.#bytes -= holding.bytes;
    const left = (this.#bytesByOwner.get(holding.owner) ?? 0) - holding.bytes;
    if (left > 0) this.#bytesByOwner.set(holding.owner, left);
    else this.#bytesByOwner.delete(holding.owner);
  }

  /** The largest body that nobody works on yet, of the owner who holds the most of those that have one. */
  #dearest(): Holding | undefined {
    let dearest: Holding | undefined;
    const held = (holding: Holding): number => this.#bytesByOwner.get(holding.owner) ?? 0;
    for (const holding of this.#holdings) {
      if (holding.hasBegun) continue;
      const more = dearest === undefined ? 1 : held(holding) - held(dearest) || holding.bytes - dearest.bytes;
      if (more > 0) dearest = holding;
    }
    return dearest;
  }
}

/** For nobody to read: the connection is gone. */
export function goneAway(): AppError {
  return new AppError('INVALID_INPUT', { message: 'The connection was closed before the request was worked on' });
}

/** The process's room: one, because there is one heap. */
export const bodyRoom = new BodyRoom(LIMITS.heldBodyBytes, LIMITS.largeBodiesAtOnce);
