import type { ExecutionEvent } from '@millrace/contracts';
import { ChildLedger } from '@millrace/service-kit/child-ledger';
import type { EntryReading } from '../executions/execution-sources.js';

/** Finds in recorded entries the executions that this one waits for. */
export class OpenChildrenReading implements EntryReading {
  readonly #ledger = new ChildLedger();

  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) this.#ledger.note(event);
    return true;
  }

  get open(): readonly string[] {
    return this.#ledger.open;
  }
}
