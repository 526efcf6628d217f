import { LIMITS, type EndEvent, type ExecutionEvent } from '@millrace/contracts';
import type { Heeding } from './journal-subject.js';

type CancelRequested = Extract<ExecutionEvent, { type: 'cancel_requested' }>;

/** A side effect that has begun and has no recorded result. */
export interface BegunEffect {
  readonly path: string;
  readonly step_type: string;
}

/** The request to cancel among the events of an execution; the first one counts. */
export function cancelRequestIn(events: readonly ExecutionEvent[]): CancelRequested | undefined {
  return events.find((event) => event.type === 'cancel_requested');
}

/** The end of an execution that somebody has asked to cancel. `at` is ISO time. */
export function cancelledEvent({ by, reason }: CancelRequested, at: string, begun: readonly BegunEffect[]): EndEvent {
  return {
    type: 'cancelled',
    at,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    ...(begun.length === 0 ? {} : { in_flight: begun.slice(0, LIMITS.inFlightNamed), in_flight_total: begun.length }),
  };
}

/**
 * The side effects that had begun where a journal ends: of those whose run is lost it is not known whether they happened. What was
 * given up with the loop or parallel around it is not among them.
 */
export function effectsBegun(
  events: readonly ExecutionEvent[],
  mayReachOutside: (stepType: string) => boolean,
): readonly BegunEffect[] {
  const begun = new Map<string, BegunEffect>();
  for (const event of events) {
    if (event.type === 'step_started') {
      if (mayReachOutside(event.step_type)) begun.set(event.path, { path: event.path, step_type: event.step_type });
    } else if (event.type === 'step_completed' || event.type === 'step_failed') {
      for (const path of begun.keys()) if (isAtOrIn(event.path, path)) begun.delete(path);
    }
  }
  return [...begun.values()];
}

function isAtOrIn(outer: string, path: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

/**
 * Whether the execution of a run is to be cancelled. Once the journal says so, the run appends no other end: who has read that it will be
 * cancelled must not find it completed.
 */
export class CancelRequests implements Heeding {
  #request: CancelRequested | undefined;

  constructor(
    /** Called once, when a request comes. */
    private readonly onRequest: () => void,
  ) {}

  get isRequested(): boolean {
    return this.#request !== undefined;
  }

  heed(asides: readonly ExecutionEvent[]): void {
    if (this.#request !== undefined) return;
    this.#request = cancelRequestIn(asides);
    if (this.#request !== undefined) this.onRequest();
  }

  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    return this.#request === undefined ? events : events.filter(mayBeforeCancel);
  }

  /** The event with which the run ends for that; undefined when nobody has asked. */
  end(at: string, begun: readonly BegunEffect[]): EndEvent | undefined {
    return this.#request && cancelledEvent(this.#request, at, begun);
  }
}

function mayBeforeCancel({ type }: ExecutionEvent): boolean {
  return type !== 'completed' && type !== 'failed' && type !== 'suspended';
}
