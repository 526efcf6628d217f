import { Inject, Injectable } from '@nestjs/common';
import { ERRORS, isOpenStatus, JournalEntry, LIMITS, type LiveEvent, type ReadLiveEvents } from '@millrace/contracts';
import { BUS, isUnreadable, type Bus } from '@millrace/messaging';
import type { z } from 'zod';
import type { ExecutionDocument } from '../executions/execution.schema.js';
import { ExecutionSources, requireAddress } from '../executions/execution-sources.js';
import { ReadGate } from '../executions/read-gate.js';
import { LiveView, placeOf, type EventPlace } from './live-view.js';

type Question = z.output<typeof ReadLiveEvents.question>;
type Answer = z.output<typeof ReadLiveEvents.answer>;

/** Of the journal, for one answer: an entry has more than is sent of it. */
const BYTES_AT_ONCE = 256 * 1024;

/** Behind all events of an entry: the place of what is sent of an end that is in no entry. */
const BEHIND_ALL = 999_999_999;

/** Returns what has happened in an execution behind an event, for those who follow it. */
@Injectable()
export class LiveEventsService {
  constructor(
    private readonly sources: ExecutionSources,
    private readonly gate: ReadGate,
    @Inject(BUS) private readonly bus: Pick<Bus, 'eachOnSubject'>,
  ) {}

  /** Throws what {@link ExecutionSources.read} throws. */
  async read(question: Question): Promise<Answer> {
    requireAddress(question);
    const limit = Math.min(question.limit, LIMITS.livePageEvents);
    const after = question.after === undefined ? undefined : placeOf(question.after);
    const tail = after && after.sequence > 0 && (await this.#tail(question, limit, after));
    if (tail && !(await this.#isEndLost(question, tail))) return answerOf(tail);
    const begin = () => new LiveView(limit, after);
    let { reading, record } = await this.sources.read(question, begin, { from: after?.sequence });
    // Behind an id that none of its events has, its end is not found.
    if (record !== null && after !== undefined && isWithoutEnd(reading, record) && reading.events.length === 0)
      ({ reading, record } = await this.sources.read(question, begin));
    if (record !== null) tellIncomplete(reading, record, after);
    return answerOf(reading);
  }

  /** Whether the journal goes on with nothing because the end of the execution is lost. */
  async #isEndLost(question: Question, { events, ended }: LiveView): Promise<boolean> {
    if (events.length > 0 || ended) return false;
    const { record } = await this.sources.stored(question);
    return record !== null && (record.missing?.length ?? 0) > 0 && !isOpenStatus(record.status);
  }

  /**
   * By the end of the journal alone, as most questions are about what has just happened: null when that does not begin with the entry of the last
   * event. If it does, all later ones are there, for entries leave a journal from the oldest on.
   */
  async #tail({ organisation_id, execution_id }: Question, limit: number, after: EventPlace): Promise<LiveView | null> {
    const view = new LiveView(limit, after);
    const address = { organisation_id, execution_id };
    return this.gate.run(organisation_id, async (stillWanted) => {
      let isFirst = true;
      try {
        for await (const entry of this.bus.eachOnSubject(JournalEntry, address, {
          from: after.sequence,
          bytesAtOnce: BYTES_AT_ONCE,
        })) {
          stillWanted();
          const { sequence, payload } = entry;
          if (payload.end_marker || (isFirst && sequence !== after.sequence)) return null;
          isFirst = false;
          if (!view.add({ sequence, events: payload.events })) break;
        }
      } catch (error) {
        if (isUnreadable(error)) return null;
        throw error;
      }
      return isFirst ? null : view;
    });
  }
}

function answerOf({ events, hasMore, ended }: LiveView): Answer {
  return { events, has_more: hasMore, ended };
}

function isWithoutEnd({ ended, hasMore }: LiveView, { status }: ExecutionDocument): boolean {
  return !ended && !hasMore && !isOpenStatus(status);
}

/** An execution that is over, and whose end is lost, has an event that says so: who follows it waits for an end. */
function tellIncomplete(view: LiveView, record: ExecutionDocument, after: EventPlace | undefined): void {
  if (!isWithoutEnd(view, record)) return;
  view.ended = true;
  if (after?.position === BEHIND_ALL) return;
  const sequence = view.events.reduce((last, { id }) => Math.max(last, placeOf(id).sequence), after?.sequence ?? 0);
  const { message } = ERRORS.HISTORY_INCOMPLETE;
  const at = (record.completed_at ?? record.started_at).toISOString();
  const event: LiveEvent = { id: `${sequence}-${BEHIND_ALL}`, type: 'incomplete', at, status: record.status };
  view.tell({ ...event, error: { code: 'HISTORY_INCOMPLETE', message } });
}
