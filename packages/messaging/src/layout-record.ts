import { STREAMS } from '@millrace/contracts';
import type { z } from 'zod';
import { WrongSequenceError } from './errors.js';
import { knownForm } from './known-form.js';
import type { Publisher } from './publisher.js';
import { decodeJson, encodeJson } from './wire.js';

/** What a record needs of the server. */
export interface RecordServer {
  /** The last message of a subject, asked of the stream's leader. */
  readonly last: (stream: string, subject: string) => Promise<{ data: Uint8Array; sequence: number } | null>;
  readonly send: Publisher['send'];
}

/** A change of the record; null when it is to stay as it is. May be called again when somebody was faster. */
export type RecordChange<Value> = (value: Value) => Value | null | Promise<Value | null>;

/** Which record it is. */
interface RecordKind<Value> {
  readonly subject: string;
  readonly schema: z.ZodType<Value>;
  /** What holds while nothing is recorded. */
  readonly initial: Value;
}

/**
 * A record in the stream `LAYOUT`, as this process knows it: it may be old. It is changed by compare-and-set, so that of two
 * processes that change it at the same time the second does so knowing what the first did.
 */
export class LayoutRecord<Value extends object> {
  #value: Value;
  #sequence = 0;
  /** Reads are in turn, so that an older one never replaces a newer one. */
  #turn: Promise<unknown> = Promise.resolve();
  #readAt = -Infinity;

  constructor(
    private readonly server: RecordServer,
    private readonly kind: RecordKind<Value>,
    /** Called with each new value and the one before. */
    private readonly applied: (value: Value, before: Value) => void,
  ) {
    this.#value = kind.initial;
  }

  /** As last read or written. */
  get current(): Value {
    return this.#value;
  }

  /** When the last read began that has ended; by `performance.now()`. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Reads the record. Throws AppError('SERVICE_UNAVAILABLE'). */
  refresh(): Promise<Value> {
    const read = this.#turn.then(() => this.#read());
    this.#turn = read.catch(() => undefined);
    return read;
  }

  /** Changes the record, and returns it as it is then. Throws what `change` throws, and what a publish throws. */
  async change(change: RecordChange<Value>): Promise<Value> {
    for (;;) {
      await this.refresh();
      // Both of the same moment: with the sequence of a newer record an older one would replace it.
      const [value, sequence] = [this.#value, this.#sequence];
      const wanted = await change(value);
      if (wanted === null || (await this.#write(wanted, sequence))) return wanted ?? value;
    }
  }

  /** Replaces the record as this process knows it. False when it is not that any more. */
  replace(change: (value: Value) => Value): Promise<boolean> {
    return this.#write(change(this.#value), this.#sequence);
  }

  async #write(value: Value, sequence: number): Promise<boolean> {
    const parcel = { data: encodeJson(value), objectName: undefined };
    try {
      const options = { expectLastSequence: sequence };
      const written = await this.server.send(this.kind.subject, STREAMS.layout, parcel, options);
      if (written.sequence > this.#sequence) this.#apply(value, written.sequence);
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError) return false;
      throw error;
    }
  }

  async #read(): Promise<Value> {
    const known = this.#sequence;
    const began = performance.now();
    const stored = await this.server.last(STREAMS.layout, this.kind.subject);
    this.#readAt = began;
    // This process has written a newer one meanwhile. Otherwise what is older than known is what a server has that lost its data.
    if (this.#sequence !== known && (stored?.sequence ?? 0) < this.#sequence) return this.#value;
    if (stored === null) this.#apply(this.kind.initial, 0);
    else {
      const value = knownForm(`The record "${this.kind.subject}"`, this.kind.schema, decodeJson(stored.data));
      this.#apply(value, stored.sequence);
    }
    return this.#value;
  }

  #apply(value: Value, sequence: number): void {
    const before = this.#value;
    this.#value = value;
    this.#sequence = sequence;
    this.applied(value, before);
  }
}
