import { Roster } from './roster.js';

/** A piece of work: what it is, and the organisation (or the address, where no organisation is known yet) it is done for. */
export interface Work {
  readonly what: string;
  readonly owner: string | undefined;
}

/** A piece of work that held the event loop, in milliseconds. */
export interface HeldWork extends Work {
  readonly heldMs: number;
}

/** Shorter pieces are not worth remembering. Milliseconds. */
const NOTEWORTHY_MS = 20;

/**
 * Knows whose work a process does, so that a pause of its event loop or a full heap can be reported with a name. Two means,
 * both cheap enough for every message: pieces of synchronous work are timed, and handlers under way are listed.
 */
export class WorkMeter {
  readonly #underWay = new Roster<Work & { readonly number: number }>();
  #begun = 0;
  #slowest: HeldWork | undefined;

  /** Runs synchronous work in somebody's name and remembers it if it is the slowest since {@link takeSlowest}. */
  run<Result>(what: string, owner: string | undefined, work: () => Result): Result {
    const began = performance.now();
    try {
      return work();
    } finally {
      const heldMs = performance.now() - began;
      if (heldMs > NOTEWORTHY_MS && heldMs > (this.#slowest?.heldMs ?? 0)) this.#slowest = { what, owner, heldMs };
    }
  }

  /** Lists a piece of work, asynchronous or not, as under way until the returned function is called. */
  begin(what: string, owner: string | undefined): () => void {
    let place: number | undefined = this.#underWay.add({ what, owner, number: this.#begun++ });
    return () => {
      if (place !== undefined) this.#underWay.remove(place);
      place = undefined;
    };
  }

  /** The slowest timed piece since the last call. */
  takeSlowest(): HeldWork | undefined {
    const slowest = this.#slowest;
    this.#slowest = undefined;
    return slowest;
  }

  /** The work under way, newest first, at most `count` of it. */
  underWay(count: number): Work[] {
    const newestFirst = [...this.#underWay].sort((one, other) => other.number - one.number);
    return newestFirst.slice(0, count).map(({ what, owner }) => ({ what, owner }));
  }
}

/** The process's meter: one, because there is one event loop. */
export const workMeter = new WorkMeter();

/** The organisation that a message names, else the webhook address that it came to, else undefined. */
export function ownerOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { organisation_id, webhook_id } = payload as { organisation_id?: unknown; webhook_id?: unknown };
  const owner = organisation_id ?? webhook_id;
  return typeof owner === 'string' ? owner : undefined;
}
