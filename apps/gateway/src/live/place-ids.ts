import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { EVENT_ID_FORM } from '@millrace/contracts';

/*
 * Where an event is stored is a number that counts the events of everybody. Its id is that place, encrypted as one block with a key of whose events they are:
 * the same place has the same id for ever, what an id says only a gateway can read, and the id of an event of one execution is none of another.
 */

const CIPHER = 'aes-256-ecb';
const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
/** The block: the sequence, the position, and zeros, by which a block is known that was made here. */
const POSITION_AT = 8;
const ZEROS_AT = 12;

/** Whose events have the ids: an organisation's, or with `executionId` those of one of its executions. */
export interface EventOwner {
  readonly organisationId: string;
  readonly executionId?: string;
}

/** Where an event is stored: the sequence of its message, and its position in that. */
export interface Place {
  readonly sequence: number;
  readonly position: number;
}

/** The ids of the events of one owner. */
export class PlaceIds {
  readonly #key: Buffer;

  constructor(installationKey: Buffer, { organisationId, executionId }: EventOwner) {
    const kind = executionId === undefined ? 'organisation' : `execution ${executionId}`;
    const purpose = `millrace place of an event v1 ${kind} ${organisationId}`;
    this.#key = Buffer.from(hkdfSync('sha256', installationKey, '', purpose, KEY_BYTES));
  }

  idOf({ sequence, position }: Place): string {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.writeBigUInt64BE(BigInt(sequence));
    block.writeUInt32BE(position, POSITION_AT);
    return createCipheriv(CIPHER, this.#key, null).setAutoPadding(false).update(block).toString('hex');
  }

  /** Null for a text that is no id of an event of this owner. */
  placeOf(id: string): Place | null {
    if (!EVENT_ID_FORM.test(id)) return null;
    const decipher = createDecipheriv(CIPHER, this.#key, null).setAutoPadding(false);
    const block = decipher.update(Buffer.from(id, 'hex'));
    const sequence = Number(block.readBigUInt64BE());
    if (block.readUInt32BE(ZEROS_AT) !== 0 || !Number.isSafeInteger(sequence)) return null;
    return { sequence, position: block.readUInt32BE(POSITION_AT) };
  }
}
