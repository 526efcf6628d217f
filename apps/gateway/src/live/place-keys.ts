import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PlaceKeyRecord } from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus } from '@millrace/messaging';
import { PlaceIds, type EventOwner } from './place-ids.js';

const KEY_BYTES = 32;

/** The key of the ids of events, which all gateways share: the first that needs it makes it. */
@Injectable()
export class PlaceKeys {
  /** As it was read last: a server that has lost its data gets the same one again. */
  #key: string | undefined;

  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'keyRecords'>) {}

  /** Throws SERVICE_UNAVAILABLE. */
  async of(owner: EventOwner): Promise<PlaceIds> {
    this.#key = (await this.#read()) ?? (await this.#make());
    return new PlaceIds(Buffer.from(this.#key, 'base64'), owner);
  }

  async #read(): Promise<string | undefined> {
    return (await this.bus.keyRecords.read(PlaceKeyRecord, undefined))?.value.key;
  }

  async #make(): Promise<string> {
    const key = this.#key ?? randomBytes(KEY_BYTES).toString('base64');
    try {
      await this.bus.keyRecords.write(PlaceKeyRecord, undefined, { key }, 0);
      return key;
    } catch (error) {
      // Another gateway was quicker.
      const made = error instanceof WrongSequenceError ? await this.#read() : undefined;
      if (made === undefined) throw error;
      return made;
    }
  }
}
