import { Injectable } from '@nestjs/common';
import { AppError } from '@millrace/contracts';

/** Memory that one read of a large execution may need: its largest entry as text and as values, and the answer. Bytes. */
const READ_BYTES = 32 * 1024 * 1024;
/** What all reads of a process may need together. */
const BUDGET_BYTES = 256 * 1024 * 1024;
/** What one organisation's reads may need together, so that others are not behind them. */
const ORGANISATION_BYTES = BUDGET_BYTES / 2;
/** Reads that may wait for memory; SERVICE_UNAVAILABLE beyond. */
const WAITING = 200;

/** Bounds how many reads of executions that are not in one small record go on at once. */
@Injectable()
export class ReadGate {
  private used = 0;
  private readonly usedBy = new Map<string, number>();
  private readonly waiting: { owner: string; begin: () => void }[] = [];

  /** Runs `read` when there is memory for it. Throws SERVICE_UNAVAILABLE when too many wait already. */
  async run<T>(owner: string, read: () => Promise<T>): Promise<T> {
    if (this.hasRoom(owner)) this.take(owner);
    else await this.wait(owner);
    try {
      return await read();
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
    if (this.waiting.length >= WAITING) {
      throw new AppError('SERVICE_UNAVAILABLE', {
        message: 'Too many executions are being read at the moment; try again',
        details: { service: 'history' },
      });
    }
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
