import { AppError, LIMITS } from '@millrace/contracts';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import { Objm, type ObjectInfo, type ObjectStore } from '@nats-io/obj';
import { TimeoutError, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { withDeadline } from './deadline.js';
import { unavailable } from './direct-get.js';
import { PayloadMissingError, PayloadTooLargeError } from './errors.js';
import { turnOfLargePiece } from './large-pieces.js';
import { ObjectReader } from './object-reader.js';
import { ObjectWriter } from './object-writer.js';
import type { ReplyMux } from './reply-mux.js';
import type { Room } from './storage/room.js';
import { isStorageFull, storageFull } from './storage/storage-full.js';
import { decodeJson, HEADERS, headerOf } from './wire.js';

const READ_TIMEOUT_MS = 30_000;
/**
 * How long the server may take to confirm a piece of a payload, which is 0.2 ms while all is well. Work that was accepted waits for an election; a
 * caller who asks, or starts something, soon gets an error.
 */
const PATIENCE_MS = { work: 5_000, question: 2_000, acceptance: 2_000 } as const;
const EMPTY = new Uint8Array(0);

/** What a payload belongs to: an `acceptance` accepts something new, and is refused at once while nothing is stored (see {@link Room}). */
export type PayloadPurpose = keyof typeof PATIENCE_MS;

/** Bytes ready to travel. With `objectName` the payload is in the object store, and `data` is empty or an outline of it. */
export interface Parcel {
  readonly data: Uint8Array;
  readonly objectName: string | undefined;
}

/**
 * The claim check: a payload above `LIMITS.inlinePayloadBytes` is put into the object store, and the message carries
 * its name in a header. The only place that handles it; everything that sends or receives goes through `pack` and `open`.
 */
export class PayloadStore {
  #store: Promise<ObjectStore> | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly replies: ReplyMux,
    private readonly bucket: string,
    private readonly room: Room,
    /** The header that names the object of a message. */
    private readonly header: string = HEADERS.payloadObject,
  ) {}

  /** Stores a large payload; a small one is its own parcel, at once and without a promise. */
  pack(encoded: Uint8Array, purpose: PayloadPurpose = 'work'): Parcel | Promise<Parcel> {
    if (encoded.length <= LIMITS.inlinePayloadBytes) return { data: encoded, objectName: undefined };
    return this.#put(encoded, purpose);
  }

  /**
   * The payload of a received message as JSON. Throws SyntaxError, {@link PayloadMissingError} when its object is gone, and
   * {@link PayloadTooLargeError} when it is larger than `LIMITS.payloadBytes`.
   */
  open(message: { data: Uint8Array; headers?: MsgHdrs | undefined }): unknown {
    const data = this.read(message);
    return data instanceof Promise ? data.then(decodeJson) : decodeJson(data);
  }

  /** The same as bytes. Those of a large one come when it is their turn: whoever gets them works on all of them at once. */
  read(message: { data: Uint8Array; headers?: MsgHdrs | undefined }): Uint8Array | Promise<Uint8Array> {
    const objectName = headerOf(message, this.header);
    return objectName === undefined ? message.data : this.#get(objectName);
  }

  /** Deletes the object of a message that nobody reads again (a question or an answer). Best effort: it expires anyway. */
  async discard(message: Pick<Msg, 'headers'> | { objectName: string | undefined }): Promise<void> {
    const name = 'objectName' in message ? message.objectName : headerOf(message, this.header);
    if (name === undefined) return;
    try {
      await (await this.#open()).delete(name);
    } catch {
      // Left to the bucket's age limit.
    }
  }

  async #put(encoded: Uint8Array, purpose: PayloadPurpose): Promise<Parcel> {
    const stream = `OBJ_${this.bucket}`;
    if (purpose === 'acceptance') this.room.require(stream);
    try {
      const writer = new ObjectWriter(this.connection, this.bucket);
      const objectName = await writer.write(encoded, PATIENCE_MS[purpose]);
      this.room.answered(stream);
      return { data: EMPTY, objectName };
    } catch (error) {
      if (error instanceof TimeoutError) this.room.unanswered(stream);
      throw refusedPut(error);
    }
  }

  async #get(objectName: string): Promise<Uint8Array> {
    const tooLong = () => {
      throw unavailable(`OBJ_${this.bucket}`, `reading a payload took longer than ${READ_TIMEOUT_MS} ms`);
    };
    const bytes = sizeInName(objectName);
    if (bytes !== undefined) refuseAbove(objectName, bytes);
    const data = await withDeadline(this.#read(objectName), READ_TIMEOUT_MS, tooLong);
    if (data === null) throw new PayloadMissingError(objectName);
    await turnOfLargePiece(data.length);
    return data;
  }

  async #read(objectName: string): Promise<Uint8Array | null> {
    const info = await this.#info(objectName);
    if (info === null || info.deleted) return null;
    refuseAbove(objectName, info.size);
    return new ObjectReader(this.replies, this.bucket).read(info);
  }

  async #info(objectName: string): Promise<ObjectInfo | null> {
    try {
      return await (await this.#open()).info(objectName);
    } catch (error) {
      throw unavailable(`OBJ_${this.bucket}`, error);
    }
  }

  #open(): Promise<ObjectStore> {
    this.#store ??= new Objm(jetstream(this.connection)).open(this.bucket, false).catch((error: unknown) => {
      this.#store = undefined;
      throw error;
    });
    return this.#store;
  }
}

function refuseAbove(objectName: string, bytes: number): void {
  if (bytes > LIMITS.payloadBytes) throw new PayloadTooLargeError(objectName, bytes, LIMITS.payloadBytes);
}

/** What went wrong, as an error for the publisher: the store is full, or away. */
function refusedPut(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof JetStreamApiError) {
    const { code, err_code, description } = error.apiError();
    if (isStorageFull({ code, err_code, description })) return storageFull(`A payload could not be stored: ${reason}`);
  }
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `NATS did not store a large payload (${reason}); try again`,
    details: { service: 'nats' },
    cause: error,
  });
}

/** The size that is in the name of an object; undefined when an earlier version has named it. */
export function sizeInName(objectName: string): number | undefined {
  const size = /-(\d{1,12})b$/.exec(objectName)?.[1];
  return size === undefined ? undefined : Number(size);
}

/** Whether two parcels carry the same bytes. */
export function sameParcel(a: Parcel, b: Parcel): boolean {
  const digest = (parcel: Parcel) => parcel.objectName?.split('-', 1)[0];
  return digest(a) === digest(b) && Buffer.compare(a.data, b.data) === 0;
}
