import { EXECUTION_EVENTS, MASK, type ExecutionEvent, type JournalEvent } from '@millrace/contracts';
import { AnswerValues } from '../executions/answer-values.js';
import type { EntryReading } from '../executions/execution-sources.js';

/**
 * Members that nobody may see: what random numbers come from, sealed results, what a test runs with, and what a waiting step goes on with or was sent, which is not masked:
 * that is seen in the output of the step.
 */
const HIDDEN: ReadonlySet<string> = new Set(['seed', 'sealed', 'frozen', 'data', 'test']);

/** The members that this version knows of each type. Of others nobody can say whether they may be seen. */
const MEMBERS = new Map(EXECUTION_EVENTS.map(({ shape }) => [shape.type.value as string, Object.keys(shape)]));
const OF_ANY_TYPE = ['type', 'at'];

/** One page of the events of an execution, made while they are read. */
export class JournalView implements EntryReading {
  readonly #events: JournalEvent[] = [];
  readonly #values: AnswerValues;
  readonly #after: readonly [sequence: number, position: number];
  #hasMore = false;

  /** `startingAfter` is the id of an event. */
  constructor(
    executionId: string,
    private readonly limit: number,
    startingAfter: string | undefined,
  ) {
    this.#values = new AnswerValues(executionId);
    const [sequence = -1, position = -1] = startingAfter?.split('-').map(Number) ?? [];
    this.#after = [sequence, position];
  }

  add(entry: { readonly sequence: number; readonly events: readonly ExecutionEvent[] }): boolean {
    const [sequence, position] = this.#after;
    if (entry.sequence < sequence) return true;
    const first = entry.sequence === sequence ? position + 1 : 0;
    for (let at = first; at < entry.events.length; at++) {
      this.#hasMore = this.#events.length >= this.limit;
      if (this.#hasMore) return false;
      this.#events.push(this.#shown(`${entry.sequence}-${at}`, entry.events[at] as ExecutionEvent));
    }
    return true;
  }

  page(): { events: JournalEvent[]; next_cursor: string | null; has_more: boolean } {
    const events = this.#events;
    const hasMore = this.#hasMore;
    return { events, next_cursor: hasMore ? (events.at(-1)?.id ?? null) : null, has_more: hasMore };
  }

  #shown(id: string, event: ExecutionEvent): JournalEvent {
    const members = MEMBERS.get(event.type) ?? OF_ANY_TYPE;
    const seen = Object.entries(event)
      .filter(([name]) => members.includes(name))
      .map(([name, value]) => [name, HIDDEN.has(name) ? MASK : value] as const);
    return { id, ...(Object.fromEntries(seen) as { type: string; at: string }), ...this.#valueOf(event) };
  }

  /** The value of an event, or a reference to it. */
  #valueOf(event: ExecutionEvent): object {
    if (event.type === 'started') return this.#values.input(event.input);
    if (event.type === 'completed') return this.#values.output(event.output);
    return event.type === 'step_completed' ? this.#values.stepOutput(event) : {};
  }
}
