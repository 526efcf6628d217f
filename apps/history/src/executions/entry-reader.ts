import { Inject, Injectable } from '@nestjs/common';
import { JournalEntry } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { inOrder, type Entry } from './entries.js';
import type { ExecutionDocument } from './execution.schema.js';
import { ExecutionsRepository } from './executions.repository.js';
import { fromStepRuns, inlineEntries } from './stored-execution.js';

/** Stored entries are read in groups of about this many packed bytes, and of at most so many. */
const GROUP_BYTES = 256 * 1024;
const GROUP_PARTS = 500;

interface JournalAddress {
  readonly organisation_id: string;
  readonly execution_id: string;
}

/** Reads the entries of one execution one after the other, from wherever they are; never all of them at once. */
@Injectable()
export class EntryReader {
  constructor(
    private readonly executions: ExecutionsRepository,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** All entries from a sequence on, in order. Those of a running execution are in the journal, or in MongoDB when its age limit has removed them there. What was saved of a lost entry is in MongoDB. */
  async *read(
    { organisation_id, execution_id }: JournalAddress,
    record: ExecutionDocument | null,
    from = 0,
  ): AsyncGenerator<Entry> {
    const lost = new Set(record?.missing);
    const journal = this.#journal({ organisation_id, execution_id }, lost, Math.max(from, 1));
    const first = await journal.next();
    if (!record || (lost.size === 0 && !first.done && first.value.events[0]?.type === 'started')) {
      if (!first.done) yield first.value;
      yield* journal;
      return;
    }
    yield* merged(this.#stored(execution_id, record, from), startingWith(first, journal));
  }

  /** The same without a record at hand: it is looked for when the journal has dropped the beginning, and that is asked for. */
  async *readWhole(
    { organisation_id, execution_id }: JournalAddress,
    record: () => Promise<ExecutionDocument | null>,
    from: number,
  ): AsyncGenerator<Entry> {
    const journal = this.#journal({ organisation_id, execution_id }, new Set(), Math.max(from, 1));
    const first = await journal.next();
    const hasAll = from > 1 || (!first.done && first.value.events[0]?.type === 'started');
    const found = hasAll ? null : await record();
    if (found === null) yield* startingWith(first, journal);
    else yield* merged(this.#stored(execution_id, found, from), startingWith(first, journal));
  }

  async *#journal(address: JournalAddress, without: ReadonlySet<number>, from: number): AsyncGenerator<Entry> {
    for await (const { sequence, payload } of this.bus.eachOnSubject(JournalEntry, address, { without, from })) {
      // An end marker contains nothing that the record does not.
      if (!payload.end_marker) yield { sequence, events: payload.events };
    }
  }

  async *#stored(executionId: string, record: ExecutionDocument, from: number): AsyncGenerator<Entry> {
    const inline = record.events === undefined ? [] : await inlineEntries(record);
    const wanted = inline.filter(({ sequence }) => sequence >= from);
    yield* merged(each(wanted), this.#entries(executionId, from));
  }

  async *#entries(executionId: string, from: number): AsyncGenerator<Entry> {
    let group: string[] = [];
    let bytes = 0;
    for (const entry of await this.executions.findEntryParts(executionId, from)) {
      if (group.length > 0 && (bytes + entry.bytes > GROUP_BYTES || group.length >= GROUP_PARTS)) {
        yield* inOrder(await fromStepRuns(await this.executions.findStepRuns(group)));
        group = [];
        bytes = 0;
      }
      group.push(...entry.ids);
      bytes += entry.bytes;
    }
    if (group.length > 0) yield* inOrder(await fromStepRuns(await this.executions.findStepRuns(group)));
  }
}

/** Two ordered sequences of entries as one; an entry that is in both comes once. */
export async function* merged(a: AsyncIterator<Entry>, b: AsyncIterator<Entry>): AsyncGenerator<Entry> {
  let [left, right] = [await a.next(), await b.next()];
  while (!left.done || !right.done) {
    if (right.done || (!left.done && left.value.sequence <= right.value.sequence)) {
      if (left.done) return;
      yield left.value;
      if (!right.done && right.value.sequence === left.value.sequence) right = await b.next();
      left = await a.next();
    } else {
      yield right.value;
      right = await b.next();
    }
  }
}

async function* startingWith(first: IteratorResult<Entry>, rest: AsyncGenerator<Entry>): AsyncGenerator<Entry> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

async function* each(entries: readonly Entry[]): AsyncGenerator<Entry> {
  yield* entries;
}
