import { Inject, Injectable } from '@nestjs/common';
import { ScheduleCursor } from '@millrace/contracts';
import { BUS, WrongSequenceError, type Bus, type StoredRecord } from '@millrace/messaging';
import type { Cursor, CursorAddress } from './cursor.js';

/** Cursors, in the bucket `schedules`. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class Cursors {
  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'scheduleRecords'>) {}

  all(): AsyncIterable<StoredRecord<Cursor>> {
    return this.bus.scheduleRecords.all(ScheduleCursor);
  }

  read(address: CursorAddress): Promise<StoredRecord<Cursor> | null> {
    return this.bus.scheduleRecords.read(ScheduleCursor, address);
  }

  /** Writes a cursor in the place of the revision that was read, 0 for none. Null when somebody else has written meanwhile. */
  async write(value: Cursor, revision: number): Promise<StoredRecord<Cursor> | null> {
    try {
      return { value, revision: await this.bus.scheduleRecords.write(ScheduleCursor, value, value, revision) };
    } catch (error) {
      if (error instanceof WrongSequenceError) return null;
      throw error;
    }
  }
}
