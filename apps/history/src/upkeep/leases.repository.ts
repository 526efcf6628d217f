import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Collection } from 'mongoose';

/** Name of the collection. */
export const LEASES = 'history_leases';

/** There are a few; the code names each of them. */
const MOST = 100;

/** A piece of work that one replica does at a time, and how far it has come. */
interface LeaseDocument {
  _id: string;
  /** The replica that has it. */
  holder: string;
  until: Date;
  /** How long nobody needs it between two rounds of the work, in milliseconds; absent when it is always held. */
  rest_ms?: number;
  /** A sequence or any other number that only grows. */
  position: number;
}

/** Leases of work that any replica may do. A lease that runs out costs double work, never wrong work: what it guards must allow for that. */
@Injectable()
export class LeasesRepository {
  readonly #leases: Collection<LeaseDocument>;
  readonly #holder = randomUUID();

  constructor({ connection }: Database) {
    this.#leases = connection.collection(LEASES);
  }

  /** Takes the lease, or prolongs it; null while another replica has it. `restMs` passes between two rounds of the work. */
  async acquire(name: string, now: number, leaseMs: number, restMs = 0): Promise<{ position: number } | null> {
    const until = new Date(now + leaseMs);
    const free = { $or: [{ holder: this.#holder }, { until: { $lt: new Date(now) } }] };
    const own = { $set: { holder: this.#holder, until, rest_ms: restMs } };
    const taken = await this.#leases.findOneAndUpdate({ _id: name, ...free }, own, { returnDocument: 'after' });
    if (taken !== null) return taken;
    // Another replica has it, or it has never been taken. (FerretDB does not report a duplicate when an upsert meets one.)
    try {
      await this.#leases.insertOne({ _id: name, holder: this.#holder, until, rest_ms: restMs, position: 0 });
      return { position: 0 };
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }

  /** All of them, with who had each last. */
  async list(): Promise<{ name: string; holder: string; until: Date; restMs: number }[]> {
    const all = await this.#leases.find({}).sort({ _id: 1 }).limit(MOST).toArray();
    return all.map(({ _id: name, holder, until, rest_ms: restMs = 0 }) => ({ name, holder, until, restMs }));
  }

  /** How far the work has come, whoever has it; 0 at first. */
  async positionOf(name: string): Promise<number> {
    return (await this.#leases.findOne({ _id: name }))?.position ?? 0;
  }

  /** Notes how far the work has come; never back. */
  async advance(name: string, position: number): Promise<void> {
    await this.#leases.updateOne({ _id: name, position: { $lt: position } }, { $set: { position } });
  }
}
