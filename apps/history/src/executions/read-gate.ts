import { AppError } from '@millrace/contracts';

/** Memory that one read of a large execution may need: its largest entry as text and as values, and the answer. Bytes. */
const READ_BYTES = 32 * 1024 * 1024;
/** What all reads of a process may need together. */
const BUDGET_BYTES = 256 * 1024 * 1024;
/** What one organisation's reads may need together, so that others are not behind them. */
const ORGANISATION_BYTES = BUDGET_BYTES / 2;
/** Reads that may wait for memory; SERVICE_UNAVAILABLE beyond. A count. */
const WAITING = 200;
/** The same of one organisation. */
const ORGANISATION_WAITING = 20;
/**
 * From the question to the last entry that is still read, in milliseconds; SERVICE_UNAVAILABLE beyond. Askers give up after
 * 10 s, and what is read for nobody is taken from everybody.
 */
const READ_MS = 8_000;

/** Throws SERVICE_UNAVAILABLE when the time for a read is over: to be called before each further piece of it. */
export type StillWanted = () => void;

/** Bounds how many reads of executions that are not in one small record go on at once. */
export class ReadGate {
  private used = 0;
  private readonly usedBy = new Map<string, number>();
  private readonly waiting: { owner: string; begin: () => void }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Runs `read` when there is memory for it. Throws SERVICE_UNAVAILABLE when too many wait already, or when the read, its wait
   * included, takes so long that nobody waits for it any more.
   */
  async run<T>(owner: string, read: (stillWanted: StillWanted) => Promise<T>): Promise<T> {
    const deadline = this.now() + READ_MS;
    const stillWanted = (): void => {
      if (this.now() > deadline) throw busy('The execution could not be read in time');
    };
    if (this.hasRoom(owner)) this.take(owner);
    else await this.wait(owner);
    try {
      stillWanted();
      return await read(stillWanted);
    } finally {
      this.release(owner);
    }
  }

  private hasRoom(owner: string): boolean {
    const own = this.usedBy.get(owner) ?? 0;
    return this.used + READ_BYTES <= BUDGET_BYTES && own + READ_BYTES <= ORGANISATION_BYTES;
  }

  private take(owner: string): void {
    this.used += READ_BYTES;
    this.usedBy.set(owner, (this.usedBy.get(owner) ?? 0) + READ_BYTES);
  }

  private async wait(owner: string): Promise<void> {
    const own = this.waiting.filter((one) => one.owner === owner).length;
    if (own >= ORGANISATION_WAITING || this.waiting.length >= WAITING)
      throw busy('Too many executions are being read at the moment');
    await new Promise<void>((resolve) => this.waiting.push({ owner, begin: resolve }));
  }

  private release(owner: string): void {
    this.used -= READ_BYTES;
    const own = (this.usedBy.get(owner) ?? 0) - READ_BYTES;
    if (own > 0) this.usedBy.set(owner, own);
    else this.usedBy.delete(owner);
    const next = this.waiting.findIndex((one) => this.hasRoom(one.owner));
    if (next < 0) return;
    const [{ owner: nextOwner, begin }] = this.waiting.splice(next, 1) as [{ owner: string; begin: () => void }];
    this.take(nextOwner);
    begin();
  }
}

function busy(what: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', { message: `${what}; try again`, details: { service: 'history' } });
}
