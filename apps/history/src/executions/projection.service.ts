import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  ExecutionFinished,
  isTest,
  journalNumberOf,
  type ExecutionEvent,
  type FinishedExecution,
  type JournalBatch,
} from '@millrace/contracts';
import {
  BUS,
  PayloadMissingError,
  PayloadTooLargeError,
  PublishRefusedError,
  TerminalError,
  following,
  type BatchContext,
  type Bus,
  type Received,
} from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ZodError } from 'zod';
import { RecordedWorkflowsRepository, type RecordedStart } from '../counts/recorded-workflows.repository.js';
import { namesOf } from './batch-names.js';
import { testOf } from './execution-origin.js';
import { eventsOf, inOrder, type Entry } from './entries.js';
import { readJournal } from './journal-entries.js';
import { ExecutionsRepository, type ExecutionRow } from './executions.repository.js';
import { elapsed } from '../step-runs/step-run.js';
import { endOf, startOf } from './fold.js';
import { ProjectionSequel } from './projection-sequel.js';
import { projectedExecutions, projectionSeconds } from './projection.metrics.js';
import { RecordRefusedError, RecordWriter } from './record-writer.js';
import { endChange, isInline, toStepRuns, toStored, waitChange, type StoredExecution } from './stored-execution.js';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;

/** Unreadable journal entries, refused messages and records, and our own mistakes. */
const HOPELESS = [
  PayloadMissingError,
  PayloadTooLargeError,
  PublishRefusedError,
  RecordRefusedError,
  ZodError,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
];

/** The part of one execution that a batch holds. */
interface Part {
  readonly executionId: string;
  readonly organisationId: string;
  /** Number of the journal stream that it is in. */
  readonly shard: number;
  readonly entries: readonly Entry[];
  /** The trace that its first entry belongs to. */
  readonly traceparent: string | undefined;
}

/** What a batch handler gets. */
type Context = Pick<BatchContext, 'signal'> & Partial<Pick<BatchContext, 'blameless'>>;

/** The facts about an execution that its end event does not repeat. */
type Origin = Pick<FinishedExecution, 'workflow_id' | 'version' | 'started_at' | 'test'>;

/**
 * Writes batches of the journal into MongoDB. Keeps nothing between batches, and every step of it may be repeated and
 * come late: a batch that was cut short anywhere (crash, lost acknowledgement, two replicas at once) is simply done again.
 */
@Injectable()
export class ProjectionService {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly workflows: RecordedWorkflowsRepository,
    private readonly writer: RecordWriter,
    private readonly sequel: ProjectionSequel,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Projects a batch; when it resolves, everything is written and published. While MongoDB or NATS is away it goes on
   * trying, since a thrown error would count as a failed delivery of good messages. Throws when `signal` is aborted, and
   * TerminalError when trying again can't fix what went wrong: then every message has to be tried alone, since of several only one may be to blame.
   */
  async project(received: readonly Received<JournalBatch>[], context: Context): Promise<void> {
    const stopTimer = projectionSeconds.startTimer();
    await this.#projectUntilDone(partsOf(received), context);
    stopTimer();
  }

  async #projectUntilDone(parts: readonly Part[], { signal, blameless }: Context): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#projectParts(parts);
      } catch (error) {
        signal.throwIfAborted();
        if (isHopeless(error))
          throw new TerminalError(`It cannot be written into the history: ${error.message}`, { cause: error });
        await blameless?.();
        const delay = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
        this.logger.warn(
          { err: error, attempt, executions: parts.length, ...namesOf(parts), retryInMs: delay },
          'Could not write a batch of the journal; trying again',
        );
        await sleep(delay, undefined, { signal });
      }
    }
  }

  async #projectParts(parts: readonly Part[]): Promise<void> {
    const beginning = parts.filter((part) => part.entries[0]?.events[0]?.type === 'started');
    const [stored] = await Promise.all([
      this.#insertNew(beginning),
      this.workflows.noteStarts(beginning.map(startFor), new Date()),
    ]);
    const continuing = parts.filter((part) => !stored.has(part.executionId));
    const rows = await this.#continue(continuing);
    await this.sequel.follow(parts, (part) => originOf(part, rows.get(part.executionId)));
    await this.#publishEnds(parts, rows);
    projectedExecutions.inc({ outcome: 'written' }, parts.length);
  }

  /** Inserts records; returns the ids of those that are new. Others are there already and continue. */
  async #insertNew(parts: readonly Part[]): Promise<Set<string>> {
    const documents = await Promise.all(
      parts.map((part) => toStored(part.executionId, part.organisationId, part.entries)),
    );
    return this.writer.insert(documents.filter((document) => document !== null));
  }

  /** Adds entries to records that exist, and returns these records. */
  async #continue(parts: readonly Part[]): Promise<Map<string, ExecutionRow>> {
    const rows = await this.executions.rows(parts.map((part) => part.executionId));
    const unknown = parts.filter((part) => !rows.has(part.executionId));
    for (const [id, row] of await this.#recover(unknown)) rows.set(id, row);
    const stepRuns = await Promise.all(
      parts.map(({ executionId, entries }) => {
        const row = rows.get(executionId);
        return toStepRuns(
          executionId,
          entries.filter((entry) => !row || !isInline(row, entry.sequence)),
        );
      }),
    );
    await this.writer.insertStepRuns(stepRuns.flat());
    await this.executions.openInline(idsWithLateEntries(parts, rows));
    // After its step runs: a reader of an ended record must find them.
    const acceptedAt = (id: string) => rows.get(id)?.started_at.toISOString();
    await this.executions.end(changesOf(parts, (events, sequence, id) => endChange(events, sequence, acceptedAt(id))));
    await this.executions.noteWaits(changesOf(parts, waitChange));
    return rows;
  }

  /**
   * Makes the records of executions whose beginning has not been projected yet: another replica holds it back or is still at it, or
   * its batch failed and comes again later. The journal has the beginning, so nothing need be waited for.
   */
  async #recover(parts: readonly Part[]): Promise<Map<string, ExecutionRow>> {
    if (parts.length === 0) return new Map();
    const small: StoredExecution[] = [];
    for (const part of parts) {
      const document = await this.#fromJournal(part);
      if (document === null) continue;
      // Large ones are written one by one, so that only one is in memory.
      if (document.stepRuns.length > 0) await this.writer.insert([document]);
      else small.push(document);
    }
    await this.writer.insert(small);
    return this.executions.rows(parts.map((part) => part.executionId));
  }

  async #fromJournal({ executionId, organisationId, entries }: Part): Promise<StoredExecution | null> {
    // What is being written is not read again: it may be what cannot be read.
    const known = new Set(entries.map((entry) => entry.sequence));
    const journal = await readJournal(this.bus, organisationId, executionId, known);
    const document = await toStored(executionId, organisationId, [...journal, ...entries]);
    if (document === null)
      this.logger.error(
        { executionId, organisationId },
        'The journal holds no beginning of an execution and neither does the history; its entries are kept but not listed. Was the database emptied while executions waited?',
      );
    return document;
  }

  async #publishEnds(parts: readonly Part[], rows: ReadonlyMap<string, ExecutionRow>): Promise<void> {
    await Promise.all(
      parts.map(async (part) => {
        const finished = finishedExecution(part, rows.get(part.executionId));
        if (finished) await following(part.traceparent, () => this.bus.publish(ExecutionFinished, finished));
      }),
    );
  }
}

function partsOf(received: readonly Received<JournalBatch>[]): Part[] {
  const byExecution = new Map<string, Omit<Part, 'executionId' | 'entries'> & { entries: Entry[] }>();
  for (const { payload, bytes, sequence, subject, traceparent } of received) {
    // Written by history itself, after the record.
    if (payload.end_marker) continue;
    const part = byExecution.get(payload.execution_id) ?? {
      organisationId: payload.organisation_id,
      shard: journalNumberOf(subject),
      traceparent,
      entries: [],
    };
    part.entries.push({ sequence, events: payload.events, bytes });
    byExecution.set(payload.execution_id, part);
  }
  return [...byExecution].map(([executionId, { entries, ...rest }]) => ({
    executionId,
    ...rest,
    entries: inOrder(entries),
  }));
}

/** Records that look whole by their own events, while an entry that belongs between these came in another batch. */
function idsWithLateEntries(parts: readonly Part[], rows: ReadonlyMap<string, ExecutionRow>): string[] {
  return parts.flatMap(({ executionId, entries }) => {
    const row = rows.get(executionId);
    const isLate = ({ sequence }: Entry) => row && sequence < row.inline_seq && !isInline(row, sequence);
    return entries.some(isLate) ? [executionId] : [];
  });
}

function startFor(part: Part): RecordedStart {
  const first = part.entries[0];
  const started = startOf(first?.events ?? []);
  return {
    organisationId: part.organisationId,
    workflowId: started?.workflow_id ?? '',
    shard: part.shard,
    sequence: first?.sequence ?? 0,
    executionId: part.executionId,
    isTest: started !== undefined && isTest(started.trigger),
  };
}

/** What the parts change in records that are stored already, by execution. */
function changesOf<Change>(
  parts: readonly Part[],
  changeOf: (events: readonly ExecutionEvent[], sequence: number, executionId: string) => Change | null,
): Map<string, Change> {
  return new Map(
    parts.flatMap((part): [string, Change][] => {
      const last = part.entries.at(-1);
      const change = last ? changeOf(eventsOf(part.entries), last.sequence, part.executionId) : null;
      return change === null ? [] : [[part.executionId, change]];
    }),
  );
}

/** The message about an execution whose end is in this batch; null when it is not, or nothing is known of its beginning. */
function finishedExecution(part: Part, row: ExecutionRow | undefined): FinishedExecution | null {
  const sequence = part.entries.find((entry) => endOf(entry.events))?.sequence;
  const ended = endOf(eventsOf(part.entries));
  if (!ended || sequence === undefined) return null;
  const origin = originOf(part, row);
  if (!origin) return null;
  return {
    execution_id: part.executionId,
    organisation_id: part.organisationId,
    ...origin,
    status: ended.type,
    completed_at: ended.at,
    journal_sequence: sequence,
    ...(ended.linked === true ? { linked: true } : {}),
    duration_ms: elapsed(origin.started_at, ended.at),
    ...(ended.type === 'failed' ? { error: ended.error } : {}),
  };
}

function originOf(part: Part, row: ExecutionRow | undefined): Origin | null {
  const started = startOf(eventsOf(part.entries));
  if (started) {
    const { workflow_id, version, accepted_at: started_at, trigger } = started;
    return { workflow_id, version, started_at, ...testOf(isTest(trigger)) };
  }
  if (!row) return null;
  const { wf: workflow_id, version, started_at } = row;
  return { workflow_id, version, started_at: started_at.toISOString(), ...testOf(row.test !== undefined) };
}

/** True for what trying again can't fix, and what a server that is away never raises. */
function isHopeless(error: unknown): error is Error {
  return HOPELESS.some((kind) => error instanceof kind);
}
