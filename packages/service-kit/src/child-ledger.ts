import type { ChildExecution, EndEvent, ExecutionEvent } from '@millrace/contracts';

/** What the journal of an execution says of those that its steps have started. */
export class ChildLedger {
  readonly #ofSteps = new Map<string, ChildExecution>();
  readonly #byId = new Map<string, ChildExecution>();
  readonly #open = new Set<string>();
  readonly #ended = new Set<string>();
  /** Of these it is not known whether they were started. */
  readonly #unsure = new Set<string>();
  #count = 0;

  /** Notes what is recorded, in its order. Noting an end again changes nothing. */
  note(event: ExecutionEvent): void {
    if (event.type === 'step_waiting') {
      for (const child of childrenOf(event)) this.begun(event.path, child);
    } else if (event.type === 'child_ended') {
      this.#open.delete(event.execution_id);
      this.#ended.add(event.execution_id);
    } else if (event.type === 'suspended') {
      // A run is suspended only when all that it wanted to start is started.
      this.#unsure.clear();
    }
  }

  /** A step run has recorded what it starts. */
  begun(path: string, child: ChildExecution): void {
    this.#count++;
    this.#ofSteps.set(path, child);
    this.#byId.set(child.execution_id, child);
    this.#unsure.add(child.execution_id);
    if (child.awaited) this.#open.add(child.execution_id);
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Those that steps wait for, or have waited for, and of whose end nothing is known. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  /** The last one of a step run. */
  ofStep(path: string): ChildExecution | undefined {
    return this.#ofSteps.get(path);
  }

  /** One by its id. */
  child(executionId: string): ChildExecution | undefined {
    return this.#byId.get(executionId);
  }

  hasEnded(executionId: string): boolean {
    return this.#ended.has(executionId);
  }

  mayBeUnstarted(executionId: string): boolean {
    return this.#unsure.has(executionId);
  }

  /** It was started, durably. */
  started(executionId: string): void {
    this.#unsure.delete(executionId);
  }
}

/** The executions that a step starts by its `step_waiting`. */
function childrenOf({ child, children = [] }: Extract<ExecutionEvent, { type: 'step_waiting' }>): ChildExecution[] {
  return child === undefined ? children : [child, ...children];
}

/** The executions that are to be cancelled when one ends whose events these are. */
export function openChildrenIn(events: readonly ExecutionEvent[]): readonly string[] {
  const ledger = new ChildLedger();
  for (const event of events) ledger.note(event);
  return ledger.open;
}

/** An end with what it says for those who are to be notified of it. `linked`: somebody is, beside the open children. */
export function withLinks(end: EndEvent, links: { linked: boolean; children: readonly string[] }): EndEvent {
  const { linked, children } = links;
  if (children.length > 0) return { ...end, linked: true, children: [...children] };
  return linked ? { ...end, linked: true } : end;
}

/** The end of an execution with whom it concerns: who waits for it, who is started because it failed, and those that it waited for. */
export function linkedEnd(
  end: EndEvent,
  { isAwaited = false, startsOnFailure = false }: { readonly isAwaited?: boolean; readonly startsOnFailure?: boolean },
  { open }: Pick<ChildLedger, 'open'>,
): EndEvent {
  return withLinks(end, { linked: isAwaited || (startsOnFailure && end.type === 'failed'), children: open });
}
