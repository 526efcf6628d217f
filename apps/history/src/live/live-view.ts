import { isEnd, LIMITS, shortened, type ExecutionEvent, type LiveEvent } from '@millrace/contracts';
import type { EntryReading } from '../executions/execution-sources.js';
import { isStepEvent, elapsed } from '../step-runs/step-run.js';
import { stepIdOf } from '../step-runs/step-order.js';

/** Members that are sent as they are, of any type that has them: none of them holds what a workflow works with. */
const TOLD = [
  'workflow_id',
  'version',
  'accepted_at',
  'delivery',
  'handed_over',
  'path',
  'step_type',
  'attempt',
  'started_at',
  'reused',
  'stand_in',
  'retry_at',
  'waits_for',
  'until',
  'generation',
  'cause',
  'decision',
  'number',
  'by',
  'execution_id',
  'in_flight_total',
] as const;

/** Those that are texts of somebody: their beginning is sent. */
const SHORTENED = ['label', 'reason', 'signal'] as const;

/** The place of an event, as its id says it. */
export interface EventPlace {
  readonly sequence: number;
  readonly position: number;
}

/** What an id of an event says. */
export function placeOf(id: string): EventPlace {
  const [sequence = 0, position = 0] = id.split('-').map(Number);
  return { sequence, position };
}

/** The events of an execution behind one, as streams send them: as many as one answer holds. */
export class LiveView implements EntryReading {
  readonly events: LiveEvent[] = [];
  hasMore = false;
  /** The end has been sent, by this or by an earlier answer. */
  ended = false;
  #bytes = 0;

  constructor(
    private readonly limit: number,
    private readonly after: EventPlace | undefined,
  ) {}

  add(entry: { readonly sequence: number; readonly events: readonly ExecutionEvent[] }): boolean {
    for (let position = 0; position < entry.events.length; position++) {
      const event = entry.events[position] as ExecutionEvent;
      if (!this.#isTold(entry.sequence, position)) {
        this.hasMore = this.events.length >= this.limit || this.#bytes >= LIMITS.livePageBytes;
        if (this.hasMore) return false;
        this.tell(toldOf(`${entry.sequence}-${position}`, event));
      }
      // What may be behind the end does not count.
      this.ended = isEnd(event);
      if (this.ended) return false;
    }
    return true;
  }

  /** Adds an event that is in no entry. */
  tell(event: LiveEvent): void {
    this.events.push(event);
    this.#bytes += Buffer.byteLength(JSON.stringify(event));
  }

  #isTold(sequence: number, position: number): boolean {
    if (this.after === undefined || sequence > this.after.sequence) return false;
    return sequence < this.after.sequence || position <= this.after.position;
  }
}

function toldOf(id: string, event: ExecutionEvent): LiveEvent {
  const members = event as unknown as Readonly<Record<string, unknown>>;
  const told = TOLD.filter((name) => name in members && typeof members[name] !== 'object');
  const texts = SHORTENED.filter((name) => typeof members[name] === 'string');
  return {
    id,
    type: event.type,
    at: event.at,
    ...Object.fromEntries(told.map((name) => [name, members[name]])),
    ...Object.fromEntries(texts.map((name) => [name, textOf(String(members[name]))])),
    ...errorOf(event),
    ...(isStepEvent(event) ? stepOf(event) : {}),
    ...(event.type === 'started' ? { trigger: { type: event.trigger.type } } : {}),
  };
}

function errorOf(event: ExecutionEvent): Pick<LiveEvent, 'error'> {
  if (event.type !== 'step_failed' && event.type !== 'failed') return {};
  return { error: { code: event.error.code, message: textOf(event.error.message) } };
}

function stepOf(event: Parameters<typeof isStepEvent>[0] & { path: string }): Partial<LiveEvent> {
  const step: Partial<LiveEvent> = { step_id: stepIdOf(event.path) };
  if (event.type === 'step_waiting' && event.child) step.child_execution_id = event.child.execution_id;
  const isResult = event.type === 'step_completed' || (event.type === 'step_failed' && event.retry_at === undefined);
  if (isResult) step.duration_ms = elapsed(event.started_at, event.at);
  return step;
}

function textOf(text: string): string {
  return shortened(text, LIMITS.liveTextCharacters);
}
