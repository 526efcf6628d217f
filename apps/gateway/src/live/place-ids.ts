import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { EVENT_ID_FORM } from '@millrace/contracts';

/*
 * Where an event is stored is a number that counts the events of everybody. Its id is that place, encrypted as one block with a key of the organisation:
 * the same place has the same id for ever, and what an id says, only a gateway can read.
 */

const CIPHER = 'aes-256-ecb';
const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
/** The block: the sequence, the position, and zeros, by which a block is known that was made here. */
const POSITION_AT = 8;
const ZEROS_AT = 12;

/** What the ids are of: those of one kind are none of the other. */
export type PlaceKind = 'execution' | 'organisation';

/** Where an event is stored: the sequence of its message, and its position in that. */
export interface Place {
  readonly sequence: number;
  readonly position: number;
}

/** The ids of the places of one kind, for one organisation. */
export class PlaceIds {
  readonly #key: Buffer;

  constructor(installationKey: Buffer, organisationId: string, kind: PlaceKind) {
    const purpose = `millrace place of an event v1 ${kind} ${organisationId}`;
    this.#key = Buffer.from(hkdfSync('sha256', installationKey, '', purpose, KEY_BYTES));
  }

  idOf({ sequence, position }: Place): string {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.writeBigUInt64BE(BigInt(sequence));
    block.writeUInt32BE(position, POSITION_AT);
    return createCipheriv(CIPHER, this.#key, null).setAutoPadding(false).update(block).toString('hex');
  }

  /** Null for a text that is no id of this kind and organisation. */
  placeOf(id: string): Place | null {
    if (!EVENT_ID_FORM.test(id)) return null;
    const decipher = createDecipheriv(CIPHER, this.#key, null).setAutoPadding(false);
    const block = decipher.update(Buffer.from(id, 'hex'));
    const sequence = Number(block.readBigUInt64BE());
    if (block.readUInt32BE(ZEROS_AT) !== 0 || !Number.isSafeInteger(sequence)) return null;
    return { sequence, position: block.readUInt32BE(POSITION_AT) };
  }
}
