import { approvalRequestIn, isEnd, type ExecutionEvent } from '@millrace/contracts';
import type { SeededRandom } from '@millrace/testing';
import type { SimulatedJournal } from './simulated-journal.js';

/** What those who write asides know of the world. */
interface Surroundings {
  readonly journal: SimulatedJournal;
  readonly random: SeededRandom;
  /** ISO time. */
  readonly now: () => string;
  /** The first event of the execution. */
  readonly started: (at: string) => ExecutionEvent;
  readonly wake: (generation: number) => void;
  /** Who runs the execution looks at its journal. */
  readonly nudge: () => void;
}

/**
 * What others than the run write into its journal, as history and the executors of children do: an execution that is suspended is woken before the
 * entry is written that it is woken for. With `nudged` who runs it looks at once.
 */
export class SimulatedAsides {
  constructor(private readonly world: Surroundings) {}

  /** Cancels the execution: by an entry that is its end when nobody runs it, else by one that whoever runs it finds. False when it has ended already. */
  cancel({ nudged }: { readonly nudged: boolean }): boolean {
    const { journal } = this.world;
    const at = this.world.now();
    const asked: ExecutionEvent = { type: 'cancel_requested', at, by: 'tok_1', reason: 'enough' };
    const end: ExecutionEvent = { type: 'cancelled', at, by: 'tok_1', reason: 'enough' };
    const last = journal.events.at(-1);
    if (last !== undefined && isEnd(last)) return false;
    if (last === undefined) journal.store([this.world.started(at), asked, end]);
    else if (journal.suspension?.linked === true) this.#wakeFor(asked);
    else if (journal.suspension !== null) journal.store([asked, end]);
    else journal.store([asked]);
    if (nudged) this.world.nudge();
    return true;
  }

  /** Records the end of a child in it. */
  childEnded(path: string, execution_id: string): void {
    const { journal } = this.world;
    const last = journal.events.at(-1);
    if (last === undefined || isEnd(last)) return;
    const told: ExecutionEvent = { type: 'child_ended', at: this.world.now(), path, execution_id };
    if (journal.suspension !== null) this.#wakeFor(told);
    else journal.storeAside([told]);
    journal.onEntry(journal.entries.length);
    if (this.world.random.chance(0.5)) this.world.nudge();
  }

  /** Sends it a signal. Null when it has ended already, else the signal's id. */
  signal(name: string, { nudged }: { readonly nudged: boolean }): string | null {
    const { journal } = this.world;
    const last = journal.events.at(-1);
    if (last !== undefined && isEnd(last)) return null;
    const id = `sig_${journal.entries.length}`;
    if (journal.suspension !== null) this.world.wake(journal.generation + 1);
    const at = this.world.now();
    journal.storeAside([{ type: 'signal_received', at, signal: name, signal_id: id, data: id }]);
    if (nudged) this.world.nudge();
    return id;
  }

  /** Decides about what a step asks, as history would. Null when that takes no decision any more, or not this one. */
  decide(
    path: string,
    { by, approved, nudged }: { readonly by: string; readonly approved: boolean; readonly nudged: boolean },
  ): 'approved' | 'rejected' | 'more' | null {
    const { journal } = this.world;
    const { events } = journal;
    const last = events.at(-1);
    if (last === undefined || isEnd(last)) return null;
    if (events.some((event) => event.type === 'step_completed' && event.path === path)) return null;
    const asked = events.findLast((event) => event.type === 'step_waiting' && event.path === path);
    const request = asked?.type === 'step_waiting' ? approvalRequestIn(asked) : null;
    if (request === null) return null;
    const decisions = events.filter(isDecision).filter(({ approval_id }) => approval_id === request.id);
    if (decisions.some((decision) => decision.outcome !== undefined || decision.by === by)) return null;
    const isEnough = !approved || decisions.length + 1 >= request.required;
    const decision = approved ? 'approved' : 'rejected';
    const event: ExecutionEvent = {
      ...{ type: 'approval_decided', at: this.world.now(), path, approval_id: request.id, by, decision },
      ...{ decision_id: `dec_${journal.entries.length}` },
      ...(isEnough ? { outcome: decision } : {}),
    };
    if (isEnough && journal.suspension !== null) this.#wakeFor(event);
    else journal.storeAside([event]);
    if (nudged) this.world.nudge();
    return isEnough ? decision : 'more';
  }

  /** Pauses it, or lets it go on: that wakes one that is suspended. False when it has ended already, or not begun. */
  tell(type: 'paused' | 'unpaused', { nudged }: { readonly nudged: boolean }): boolean {
    const { journal } = this.world;
    const last = journal.events.at(-1);
    if (last === undefined || isEnd(last)) return false;
    if (type === 'unpaused' && journal.suspension !== null) this.world.wake(journal.generation + 1);
    journal.storeAside([{ type, at: this.world.now(), by: 'tok_1' }]);
    if (nudged) this.world.nudge();
    return true;
  }

  #wakeFor(aside: ExecutionEvent): void {
    this.world.wake(this.world.journal.generation + 1);
    this.world.journal.storeAside([aside]);
  }
}

function isDecision(event: ExecutionEvent): event is Extract<ExecutionEvent, { type: 'approval_decided' }> {
  return event.type === 'approval_decided';
}
