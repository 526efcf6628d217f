import { Injectable } from '@nestjs/common';
import type { ReadRecorded, RecordedState } from '@millrace/contracts';
import type { z } from 'zod';
import type { ExecutionDocument } from '../executions/execution.schema.js';
import { ExecutionSources, notFound, requireAddress, type ExecutionAddress } from '../executions/execution-sources.js';
import { RecordedPage } from './recorded-page.js';
import { StateReading } from './state-reading.js';

/**
 * What is recorded of executions, for who has to go on with one whose journal has aged out. An answer that there is nothing is to be believed, so unlike the reads of users
 * none is given without the database. See docs/adr/0084-waits-outlive-the-journal.md.
 */
@Injectable()
export class RecordedService {
  constructor(private readonly sources: ExecutionSources) {}

  /** Null when there is no record. Throws SERVICE_UNAVAILABLE. */
  async state(address: ExecutionAddress): Promise<RecordedState | null> {
    requireAddress(address);
    const record = await this.sources.record(address);
    if (record === null) return null;
    const { reading } = await this.sources.readOnce(address, record, () => new StateReading());
    return reading.state(isIncomplete(record));
  }

  /** Throws EXECUTION_NOT_FOUND, SERVICE_UNAVAILABLE. */
  async page(question: z.output<typeof ReadRecorded.question>): Promise<z.output<typeof ReadRecorded.answer>> {
    requireAddress(question);
    const record = await this.sources.record(question);
    if (record === null) throw notFound(question.execution_id);
    const from = question.after + 1;
    const { reading } = await this.sources.readOnce(question, record, () => new RecordedPage(question), { from });
    return reading.page();
  }
}

function isIncomplete({ missing }: ExecutionDocument): boolean {
  return (missing?.length ?? 0) > 0;
}
