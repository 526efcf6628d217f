import {
  claimsOf,
  isAside,
  isEnd,
  suspensionOf,
  type ExecutionEvent,
  type RecordedState,
  type Suspension,
} from '@millrace/contracts';
import type { EntryReading } from '../executions/execution-sources.js';

/** Works out from recorded entries what the latest entry of the journal said of all before it. */
export class StateReading implements EntryReading {
  #started: ExecutionEvent | undefined;
  #last: ExecutionEvent | undefined;
  #end: ExecutionEvent | undefined;
  #generation = 0;
  #suspension: Suspension | null = null;
  #claims = 0;

  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (event.type === 'started') this.#started ??= event;
      if (event.type === 'woken') this.#generation = Math.max(this.#generation, event.generation);
      if (isEnd(event)) this.#end ??= event;
      this.#last = event;
    }
    // What others write changes neither who has the execution nor how often it was claimed in a row.
    if (events.every(isAside)) return true;
    this.#suspension = suspensionOf({ events: [...events] });
    this.#claims = claimsOf({ events: [...events] });
    return true;
  }

  /** Null when nothing was read. */
  state(incomplete: boolean): RecordedState | null {
    const event = this.#end ?? this.#last;
    if (event === undefined) return null;
    return {
      ...(this.#started === undefined ? {} : { started: this.#started }),
      latest: {
        events: [event],
        ...(this.#generation === 0 ? {} : { generation: this.#generation }),
        ...(this.#suspension === null ? {} : { suspended: this.#suspension }),
        ...(this.#claims === 0 ? {} : { claims: this.#claims }),
      },
      incomplete,
    };
  }
}
