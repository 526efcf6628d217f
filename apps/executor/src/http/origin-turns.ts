import { LIMITS } from '@millrace/contracts';
import { counter } from '@millrace/service-kit/metrics';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import type { Admission, AskingAttempt, AwaitedTurn } from '../steps/step-handler.js';
import { originOf } from './origin-of.js';
import { OriginPace, type CallsToOrigin, type PacedCall } from './origin-pace.js';
import { WaitingCalls } from './waiting-calls.js';

const queued = counter(
  'millrace_http_calls_queued_total',
  'Calls of HTTP steps that waited, since as many executions of their organisation called the same service as may',
);

/** One that waits in a line. */
interface Waiter {
  readonly id: string;
  /** When it came, by the clock of the turns. */
  readonly since: number;
  readonly turn: AwaitedTurn;
}

/** The calls of one organisation to one origin. A place in it is for an execution with calls under way, or for a call that was called and has not come yet. */
class Line {
  /** By execution, how many of its calls. */
  readonly underWay = new Map<string, number>();
  /** Those that were called, came late and found their places taken: before all others. */
  readonly first = new Map<string, Waiter>();
  readonly waiting = new Map<string, Waiter>();
  /** By id, how to take back the timer after which the place is somebody else's. */
  readonly called = new Map<string, () => void>();

  constructor(
    readonly organisationId: string,
    readonly pace: OriginPace,
  ) {}

  get head(): Waiter | undefined {
    for (const waiters of [this.first, this.waiting]) for (const waiter of waiters.values()) return waiter;
    return undefined;
  }

  find(id: string): Waiter | undefined {
    return this.first.get(id) ?? this.waiting.get(id);
  }

  drop(id: string): boolean {
    return this.first.delete(id) || this.waiting.delete(id);
  }
}

/** Not the time of day, which may be set; no timer keeps the process. */
const STEADY: Pick<Clock, 'now' | 'after'> = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

/** An attempt that asks for its turn at an origin. */
interface OriginTurn extends Admission {
  /** It makes its call now: what the service takes is counted from here. */
  begin(): void;
}

/**
 * Limits how many executions of an organisation call an origin at the same time, so that a slow service does not fill the slots of an executor. Those beyond wait in
 * order, and after a moment of patience without a slot (docs/adr/0103-turns-at-services.md). At a service that is quick more and more may, until nobody waits
 * (docs/adr/0106-turns-at-slow-services.md). Each executor counts for itself.
 */
export class OriginTurns {
  /** By size, since room for `max` entries would be made at once. One that goes while it is in use is used until its calls are over. */
  readonly #lines = new LRUCache<string, Line>({ maxSize: LIMITS.circuits, sizeCalculation: () => 1 });
  /** Those that were called and have not come in time. */
  readonly #late = new LRUCache<string, true>({ max: LIMITS.originTurnsLate });
  readonly #waiting = new WaitingCalls();

  constructor(
    private readonly calls: CallsToOrigin,
    private readonly clock: Pick<Clock, 'now' | 'after'> = STEADY,
  ) {}

  /** For a call to this address; undefined for what is none, of which the client says what is wrong. */
  at(url: string): OriginTurn | undefined {
    const origin = originOf(url);
    if (origin === undefined) return undefined;
    const call: PacedCall = { since: null, isSlow: false };
    let line: Line | undefined;
    return {
      ask: (asking) => {
        const key = `${asking.organisationId} ${origin}`;
        line = this.#lineOf(key, asking.organisationId);
        return this.#ask(key, line, call, asking);
      },
      begin: () => line?.pace.begun(call, this.clock.now()),
    };
  }

  #lineOf(key: string, organisationId: string): Line {
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line = new Line(organisationId, new OriginPace(this.calls));
    this.#lines.set(key, line);
    return line;
  }

  #ask(key: string, line: Line, call: PacedCall, { executionId, id }: AskingAttempt): ReturnType<Admission['ask']> {
    const wasCalled = this.#wasCalled(line, key, id);
    // Whoever was called takes any place that is really free: the one that was kept may have been lost by coming late.
    const taken = line.underWay.size + (wasCalled ? 0 : line.called.size);
    const own = line.underWay.get(executionId) ?? 0;
    // An execution that calls has its slot, however many of its calls are under way.
    if (own === 0 && taken >= line.pace.window(this.clock.now(), taken)) return this.#wait(key, line, id, wasCalled);
    if (line.drop(id)) this.#waiting.remove(line.organisationId);
    line.underWay.set(executionId, own + 1);
    return { leave: () => this.#leave(key, line, call, executionId) };
  }

  #wasCalled(line: Line, key: string, id: string): boolean {
    const release = line.called.get(id);
    release?.();
    line.called.delete(id);
    return this.#late.delete(`${key} ${id}`) || release !== undefined;
  }

  #wait(key: string, line: Line, id: string, wasCalled: boolean): AwaitedTurn {
    queued.inc();
    const now = this.clock.now();
    const ahead = line.first.size + line.waiting.size;
    const lookMs = LIMITS.originTurnLookMs * (1 + ahead / LIMITS.originTurnLookSpread);
    const withdraw = (): void => this.#withdraw(key, line, id);
    const turn: AwaitedTurn = { patienceMs: 0, lookMs, call: () => undefined, withdraw };
    const known = line.find(id);
    // Without a place in the line it asks again from time to time.
    if (known === undefined && !this.#waiting.add(line.organisationId)) return turn;
    const waiter = { id, since: known?.since ?? now, turn };
    const isFirst = wasCalled || line.first.has(id);
    (isFirst ? line.first : line.waiting).set(id, waiter);
    // Behind one that has waited for long there is no hope that it is a matter of a moment.
    const waited = now - (line.head ?? waiter).since;
    return Object.assign(turn, { patienceMs: Math.max(0, LIMITS.originTurnPatienceMs - waited) });
  }

  #leave(key: string, line: Line, call: PacedCall, executionId: string): void {
    line.pace.over(call, this.clock.now(), line.head !== undefined);
    const left = (line.underWay.get(executionId) ?? 1) - 1;
    if (left > 0) line.underWay.set(executionId, left);
    else line.underWay.delete(executionId);
    this.#goOn(key, line);
  }

  #withdraw(key: string, line: Line, id: string): void {
    if (line.drop(id)) this.#waiting.remove(line.organisationId);
    line.called.get(id)?.();
    line.called.delete(id);
    this.#goOn(key, line);
  }

  /** Calls as many as there are places for. */
  #goOn(key: string, line: Line): void {
    for (let next = line.head; next !== undefined; next = line.head) {
      const taken = line.underWay.size + line.called.size;
      if (taken >= line.pace.window(this.clock.now(), taken)) return;
      const { id, turn } = next;
      line.drop(id);
      this.#waiting.remove(line.organisationId);
      const isLate = (): void => {
        line.called.delete(id);
        this.#late.set(`${key} ${id}`, true);
        this.#goOn(key, line);
      };
      line.called.set(id, this.clock.after(LIMITS.originTurnHeldMs, isLate));
      turn.call();
    }
  }
}
