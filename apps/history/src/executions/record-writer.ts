import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { ExecutionDocument, StepRunDocument } from './execution.schema.js';
import { ExecutionsRepository, type InsertOutcome } from './executions.repository.js';
import { refusedDocuments } from './projection.metrics.js';
import type { StoredExecution } from './stored-execution.js';

/** How often, and after what pause, a refused document is offered alone before it is given up. */
const REFUSED_ATTEMPTS = 3;
const REFUSED_PAUSE_MS = 100;

/** Thrown when the database objects to an entry, or to a record even without anything users sent. */
export class RecordRefusedError extends Error {
  constructor(what: string, reason: string) {
    super(`MongoDB refuses ${what}: ${reason}.`);
    this.name = 'RecordRefusedError';
  }
}

/**
 * Writes documents so that one whose content MongoDB refuses does not hold up the others: the rest is written, the refused one
 * is tried alone, and in the end it is given up; of a record the part without events remains. Every other failure is thrown.
 */
@Injectable()
export class RecordWriter {
  constructor(
    private readonly executions: ExecutionsRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Writes new executions and returns the ids of those that were not stored before. */
  async insert(documents: readonly StoredExecution[]): Promise<Set<string>> {
    await this.insertStepRuns(documents.flatMap((document) => document.stepRuns));
    const records = documents.map((document) => document.record);
    const outcome = await this.executions.insert(records);
    const existing = new Set(outcome.duplicates.map((index) => records[index]?._id));
    for (const { index, reason } of outcome.refused) {
      const record = records[index];
      if (record && (await this.#insertRefused(record, reason)) === 'duplicate') existing.add(record._id);
    }
    return new Set(records.map((record) => record._id).filter((id) => !existing.has(id)));
  }

  /** Writes entries; those that are stored already are left as they are. */
  async insertStepRuns(stepRuns: readonly StepRunDocument[]): Promise<void> {
    const outcome = await this.executions.insertStepRuns(stepRuns);
    for (const { index, reason } of outcome.refused) {
      const stepRun = stepRuns[index];
      if (!stepRun) continue;
      const last = await this.#again(reason, () => this.executions.insertStepRuns([stepRun]));
      if (last.refused.length === 0) continue;
      refusedDocuments.inc({ outcome: 'given_up' });
      throw new RecordRefusedError(`a journal entry (${stepRun._id})`, reason);
    }
  }

  async #insertRefused(record: ExecutionDocument, reason: string): Promise<'written' | 'duplicate'> {
    const outcome = await this.#again(reason, () => this.executions.insert([record]));
    if (outcome.refused.length === 0) return outcome.duplicates.length > 0 ? 'duplicate' : 'written';
    const { events: _events, inline_seqs: sequences, ...bare } = record;
    const missing = sequences ?? [record.inline_seq];
    const last = await this.executions.insert([{ ...bare, inline_seq: 0, missing }]);
    if (last.refused[0])
      throw new RecordRefusedError(`even the summary of execution ${record._id}`, last.refused[0].reason);
    refusedDocuments.inc({ outcome: 'without_events' });
    this.logger.error(
      { executionId: record._id, organisationId: record.org, reason },
      'MongoDB refuses the events of an execution; its record holds only the summary',
    );
    return last.duplicates.length > 0 ? 'duplicate' : 'written';
  }

  /** Offers a document alone: its refusal may have been about its neighbours, or about a moment. */
  async #again(reason: string, write: () => Promise<InsertOutcome>): Promise<InsertOutcome> {
    let outcome: InsertOutcome = { duplicates: [], refused: [{ index: 0, reason }] };
    for (let attempt = 1; attempt <= REFUSED_ATTEMPTS && outcome.refused.length > 0; attempt++) {
      await sleep(REFUSED_PAUSE_MS * attempt);
      outcome = await write();
    }
    return outcome;
  }
}
