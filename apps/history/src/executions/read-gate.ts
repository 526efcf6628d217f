import { AppError, LIMITS } from '@millrace/contracts';

/** Throws SERVICE_UNAVAILABLE when the time for a read is over: to be called before each further piece of it. */
export type StillWanted = () => void;

/** Bounds how many reads of executions that are not in one small record go on at once. */
export class ReadGate {
  #used = 0;
  readonly #usedBy = new Map<string, number>();
  readonly #waiting: { owner: string; begin: () => void }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Runs `read` when there is memory for it. Throws SERVICE_UNAVAILABLE when too many wait already, or when the read, its wait
   * included, takes so long that nobody waits for it any more.
   */
  async run<T>(owner: string, read: (stillWanted: StillWanted) => Promise<T>): Promise<T> {
    const deadline = this.now() + LIMITS.largeReadMs;
    const stillWanted = (): void => {
      if (this.now() > deadline) throw busy('The execution could not be read in time');
    };
    if (this.#hasRoom(owner)) this.#take(owner);
    else await this.#wait(owner);
    try {
      stillWanted();
      return await read(stillWanted);
    } finally {
      this.#release(owner);
    }
  }

  #hasRoom(owner: string): boolean {
    const own = this.#usedBy.get(owner) ?? 0;
    return (
      this.#used + LIMITS.largeReadBytes <= LIMITS.largeReadsBytes &&
      own + LIMITS.largeReadBytes <= LIMITS.largeReadsBytes * LIMITS.largeReadsShare
    );
  }

  #take(owner: string): void {
    this.#used += LIMITS.largeReadBytes;
    this.#usedBy.set(owner, (this.#usedBy.get(owner) ?? 0) + LIMITS.largeReadBytes);
  }

  async #wait(owner: string): Promise<void> {
    const own = this.#waiting.filter((one) => one.owner === owner).length;
    if (own >= LIMITS.largeReadsWaitingOfOrganisation || this.#waiting.length >= LIMITS.largeReadsWaiting)
      throw busy('Too many executions are being read at the moment');
    await new Promise<void>((resolve) => this.#waiting.push({ owner, begin: resolve }));
  }

  #release(owner: string): void {
    this.#used -= LIMITS.largeReadBytes;
    const own = (this.#usedBy.get(owner) ?? 0) - LIMITS.largeReadBytes;
    if (own > 0) this.#usedBy.set(owner, own);
    else this.#usedBy.delete(owner);
    const next = this.#waiting.findIndex((one) => this.#hasRoom(one.owner));
    if (next < 0) return;
    const [{ owner: nextOwner, begin }] = this.#waiting.splice(next, 1) as [{ owner: string; begin: () => void }];
    this.#take(nextOwner);
    begin();
  }
}

function busy(what: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', { message: `${what}; try again`, details: { service: 'history' } });
}
