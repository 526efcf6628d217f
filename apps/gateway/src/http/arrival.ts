import { AppError, LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { BodyTurn } from './body-turn.js';
import { goneAway } from './body-room.js';
import { RANKS, senderRecords } from './sender-records.js';

/** One for the process: by owner alone, so that what one sends keeps no other's from arriving. */
const arriving = new Gate(Infinity, LIMITS.largeBodiesArriving);

/** In front of it where anybody may send: one address, however slow, has half of an owner's places at most. */
const callers = new Gate(Infinity, LIMITS.largeBodiesArriving / 2);

/** What arrives in such a place, by owner. */
const places = new Map<string, Set<Arrival>>();

/**
 * The arrival of a body. Once it has turned out to be large it goes on only in one of its owner's few places, and waits on its connection until there is one: what has
 * been read and is thrown away in the end takes memory too, for as long as the garbage collector leaves it.
 */
export class Arrival {
  /** Of a large one alone, since nearly all are small. */
  #turn: BodyTurn | undefined;
  #leave: (() => void) | undefined;
  #isOver = false;
  #bytes = 0;
  #since = 0;

  constructor(
    private readonly owner: string,
    /** The address, of a body that is sent at somebody else's expense. */
    readonly caller: string | undefined,
    /** Ends it for the sake of another one. */
    private readonly giveUp: (error: AppError) => void,
  ) {}

  /** Counts bytes that have arrived. */
  grew(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Resolves when it may go on. Throws RATE_LIMIT_EXCEEDED when that takes too long. */
  readonly becameLarge = async (): Promise<void> => {
    this.#turn = new BodyTurn();
    const { owner, caller } = this;
    if (caller === undefined) return this.#take(await this.#turn.enter({ gate: arriving, owner }));
    this.#take(
      await this.#turn.enter(
        // What one address has too many of is at its own expense: others keep their places.
        { gate: callers, owner: `${owner} ${caller}`, makeRoom: () => giveUpSlowest(owner, caller) },
        { gate: arriving, owner, rank: () => senderRecords.rankOf(this.#sender), makeRoom: () => giveUpSlowest(owner) },
      ),
    );
  };

  /** All of it is here: it holds its place, but not for lack of haste. */
  arrived(): void {
    places.get(this.owner)?.delete(this);
    if (places.get(this.owner)?.size === 0) places.delete(this.owner);
  }

  /** It has arrived and is worked on, or nobody waits for it any more. */
  end(): void {
    this.#isOver = true;
    this.arrived();
    this.#turn?.giveUp(goneAway());
    this.#leave?.();
  }

  /** Bytes in a second since it has its place; undefined while it may keep that in any case: slow ones and those of suspects for a shorter time. */
  get rate(): number | undefined {
    const forMs = performance.now() - this.#since;
    const rate = (this.#bytes * 1_000) / forMs;
    const isShort = rate < LIMITS.slowBodyBytesPerSecond || senderRecords.rankOf(this.#sender) === RANKS.suspect;
    return forMs < (isShort ? LIMITS.slowBodyArrivesMs : LIMITS.largeBodyArrivesMs) ? undefined : rate;
  }

  get #sender(): string {
    return `${this.owner} ${this.caller}`;
  }

  /** Ends it, since it is slow and another one waits. */
  makeRoom(): void {
    senderRecords.wasted(this.#sender);
    this.arrived();
    this.giveUp(tooSlow());
  }

  #take(leave: () => void): void {
    // It may have ended just after its turn came.
    if (this.#isOver) return leave();
    this.#leave = leave;
    this.#since = performance.now();
    this.#bytes = 0;
    const beside = places.get(this.owner) ?? new Set();
    places.set(this.owner, beside.add(this));
  }
}

/** Of those that have had their place for long, the one of which the least arrives: a stranger may send as slowly as a connection allows. With a caller, of its own. */
function giveUpSlowest(owner: string, caller?: string): void {
  let slowest: { readonly arrival: Arrival; readonly rate: number } | undefined;
  for (const arrival of places.get(owner) ?? []) {
    if (caller !== undefined && arrival.caller !== caller) continue;
    const { rate } = arrival;
    if (rate !== undefined && rate < (slowest?.rate ?? Infinity)) slowest = { arrival, rate };
  }
  slowest?.arrival.makeRoom();
}

function tooSlow(): AppError {
  return new AppError('RATE_LIMIT_EXCEEDED', {
    message: `The body was slow to arrive, and others waited for its place; send it again, and within ${LIMITS.slowBodyArrivesMs} ms, or at ${LIMITS.slowBodyBytesPerSecond} bytes a second at least within ${LIMITS.largeBodyArrivesMs} ms`,
    details: { arrived_within_ms: LIMITS.largeBodyArrivesMs },
  });
}
