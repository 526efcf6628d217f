import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, isOpenStatus, RunRequested, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import { BUS, isUnreadable, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { Entry } from './entries.js';
import { EntryReader } from './entry-reader.js';
import type { ExecutionDocument } from './execution.schema.js';
import { ExecutionsRepository } from './executions.repository.js';
import { ReadGate } from './read-gate.js';
import { inlineEntries } from './stored-execution.js';

/** One token of a subject: anything else would address other subjects, those of other organisations among them. */
const SUBJECT_TOKEN = /^[\w-]{1,128}$/;

/** What is asked about: an execution of the organisation that asks. */
export interface ExecutionAddress {
  readonly organisation_id: string;
  readonly execution_id: string;
}

/** What is made of the entries of an execution while they are read one after the other. */
export interface EntryReading {
  /** Takes the next entry. False when it needs no more of them. */
  add(entry: { readonly sequence: number; readonly events: readonly ExecutionEvent[] }): boolean;
}

/** How far an execution is read. */
export interface ReadBounds {
  /** The sequence of the first entry that is needed. */
  readonly from?: number | undefined;
  /** That of an entry which the journal has. */
  readonly atLeast?: number | undefined;
}

/** So often a copy of the journal is asked for what the journal has, before that counts as a failure. */
const LOOKS_FOR_LATE = 20;
const LATE_INTERVAL_MS = 50;

/** Where executions are, at any time of their life. Every look is bound to one organisation: others' executions do not exist. */
@Injectable()
export class ExecutionSources {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly entries: EntryReader,
    private readonly gate: ReadGate,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Reads the entries of an execution into what `begin` makes, which is called anew for each attempt; an execution that is accepted
   * and not claimed yet has none. Entries are in memory one after the other. Those before `from` may be left out; all up to `atLeast` are read. Returns what came of it and the record, if there is one.
   * Throws EXECUTION_NOT_FOUND, INPUT_LOST, SERVICE_UNAVAILABLE.
   */
  async read<Reading extends EntryReading>(
    address: ExecutionAddress,
    begin: () => Reading,
    { from, atLeast }: ReadBounds = {},
  ): Promise<{ reading: Reading; record: ExecutionDocument | null }> {
    requireAddress(address);
    const stored = await this.stored(address);
    const { record } = stored;
    const first = await this.readOnce(address, record, begin, { from, atLeast });
    if (first.entries > 0 || record) return { reading: first.reading, record };
    const accepted = await this.accepted(address);
    if (accepted.run) return { reading: first.reading, record };
    // Claimed, and even finished, between the two looks: then its message has gone, or what it refers to, but the journal has it.
    const second = await this.readOnce(address, null, begin);
    if (second.entries === 0) throw accepted.failure ?? stored.failure ?? notFound(address.execution_id);
    return { reading: second.reading, record };
  }

  /** As {@link read}, but by the journal and the record given. `entries` are those that were read. */
  async readOnce<Reading extends EntryReading>(
    address: ExecutionAddress,
    record: ExecutionDocument | null,
    begin: () => Reading,
    { from, atLeast = 0 }: ReadBounds = {},
  ): Promise<{ reading: Reading; entries: number }> {
    for (let look = 1; ; look++) {
      const reading = begin();
      const { entries, isRead } = await this.#readInto(reading, address, record, { from, atLeast });
      if (isRead) return { reading, entries };
      // Any copy of the journal may be asked, and one that is late does not have yet what was stored before.
      if (look === LOOKS_FOR_LATE) throw unavailable('nats');
      await sleep(LATE_INTERVAL_MS);
    }
  }

  /** `isRead`: all up to `atLeast` was, as far as it was wanted. */
  async #readInto(
    reading: EntryReading,
    { organisation_id, execution_id }: ExecutionAddress,
    record: ExecutionDocument | null,
    { from, atLeast }: { readonly from: number | undefined; readonly atLeast: number },
  ): Promise<{ entries: number; isRead: boolean }> {
    const take = async (found: Iterable<Entry> | AsyncIterable<Entry>, before: () => void) => {
      let [entries, isRead] = [0, atLeast === 0];
      for await (const entry of found) {
        before();
        entries++;
        const isWanted = reading.add(entry);
        isRead ||= !isWanted || entry.sequence >= atLeast;
        if (!isWanted) break;
      }
      return { entries, isRead };
    };
    if (record && isWhole(record)) {
      const { entries } = await take(await inlineEntries(record), () => undefined);
      return { entries, isRead: true };
    }
    return this.gate.run(organisation_id, (stillWanted) =>
      // Without a record, that there are entries says that there is an execution.
      take(this.entries.read({ organisation_id, execution_id }, record, record ? from : undefined), stillWanted),
    );
  }

  /** What an execution was asked for with, while its message waits in RUNS; it holds the whole input. Or that it cannot be read. */
  async accepted({
    organisation_id,
    execution_id,
  }: ExecutionAddress): Promise<{ run: RunRequest | null; failure?: AppError }> {
    return this.gate.run(organisation_id, async () => {
      try {
        const address = { organisation_id, execution_id };
        // Who has just read that it is accepted is not shown that it does not exist.
        const message = await this.bus.lastOnSubject(RunRequested, address, { confirmNone: true });
        return { run: message?.payload ?? null };
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        return { run: null, failure: inputLost(execution_id, error) };
      }
    });
  }

  /** The record, or the failure to ask for it: an unfinished execution can be returned without MongoDB. */
  async stored({
    organisation_id,
    execution_id,
  }: ExecutionAddress): Promise<{ record: ExecutionDocument | null; failure?: AppError }> {
    try {
      return { record: await this.record({ organisation_id, execution_id }) };
    } catch (error) {
      if (error instanceof AppError) return { record: null, failure: error };
      throw error;
    }
  }

  /** The record, or null when there is certainly none. Throws SERVICE_UNAVAILABLE. */
  record({ organisation_id, execution_id }: ExecutionAddress): Promise<ExecutionDocument | null> {
    return this.fromMongo(() => this.executions.find(organisation_id, execution_id));
  }

  /** The entries of an execution that has begun, from a sequence on, whether the journal still has them or not. Throws SERVICE_UNAVAILABLE. */
  entriesFrom(address: ExecutionAddress, from: number): AsyncIterable<Entry> {
    return this.entries.readWhole(address, () => this.record(address), from);
  }

  /** What MongoDB answers. Throws SERVICE_UNAVAILABLE. */
  async fromMongo<Result>(read: () => Promise<Result>): Promise<Result> {
    if (!this.executions.reachable) throw unavailable('mongodb');
    try {
      return await read();
    } catch (error) {
      this.logger.warn({ err: error }, 'MongoDB did not respond to a read');
      throw unavailable('mongodb', error);
    }
  }
}

/** Throws EXECUTION_NOT_FOUND for what can be the address of no execution. */
export function requireAddress({ organisation_id, execution_id }: ExecutionAddress): void {
  if (!SUBJECT_TOKEN.test(organisation_id) || !SUBJECT_TOKEN.test(execution_id)) throw notFound(execution_id);
}

/** True when the record's own events are the whole execution. */
export function isWhole(record: ExecutionDocument): boolean {
  return (
    !isOpenStatus(record.status) &&
    !record.missing?.length &&
    record.events !== undefined &&
    record.inline_seq >= record.seq
  );
}

export function notFound(executionId: string): AppError {
  return new AppError('EXECUTION_NOT_FOUND', { details: { execution_id: executionId } });
}

function inputLost(executionId: string, cause: unknown): AppError {
  return new AppError('INPUT_LOST', {
    message:
      'What the execution was to start with cannot be read any more; it fails when its turn comes. Start it again',
    details: { execution_id: executionId },
    cause,
  });
}

function unavailable(service: 'mongodb' | 'nats', cause?: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The history of executions is not available at the moment; try again',
    details: { service },
    cause,
  });
}
