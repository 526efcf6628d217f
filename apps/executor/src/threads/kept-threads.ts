import type { Worker } from 'node:worker_threads';
import { Gate } from '@millrace/messaging';
import { StepFailure } from '../steps/step-failure.js';
import { LongOwners, type LongRules } from './long-owners.js';

/** What threads are made with. */
export interface KeptThreadsOptions {
  /** Threads of one process at the same time; one organisation has half of them. */
  readonly atOnce: number;
  /** Makes one, which says `ready` when it is. */
  readonly make: () => Worker;
  /** Milliseconds that it has for that: the machine may be busy. */
  readonly beginMs: number;
  /** What there is no thread for, and what that means: the message of an error. */
  readonly absent: string;
  /** When an owner's work is long. By default that of a second, in the last minute. */
  readonly long?: LongRules;
}

/** What is to be done with a thread. Undefined when it gave no reply: then it is ended. */
export type ThreadWork<Reply> = (worker: Worker) => Promise<Reply | undefined>;

/**
 * Threads of one program: what takes too long in there, or too much memory, costs that thread and not the process. They are made when there is
 * something to do, and kept. Owners whose work takes long have together all of them but one, which the others find free.
 */
export class KeptThreads {
  readonly #gate: Gate;
  /** For owners whose work takes long, before the other one. */
  readonly #lasting: Gate;
  readonly #longOwners: LongOwners;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  #isClosed = false;

  constructor(private readonly options: KeptThreadsOptions) {
    this.#gate = new Gate(options.atOnce);
    this.#lasting = new Gate(Math.max(1, options.atOnce - 1));
    this.#longOwners = new LongOwners(options.long ?? { longMs: 1_000, rememberedMs: 60_000 });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Does work with a thread when it is its owner's turn; `prepare` is called then. Rejects with the signal's reason when that is aborted, with what `prepare` and
   * the work throw, and with StepFailure SERVICE_UNAVAILABLE when there is no thread.
   */
  async use<Reply>(owner: string, signal: AbortSignal, prepare: () => ThreadWork<Reply>): Promise<Reply | undefined> {
    const leave = await this.#place(owner, signal);
    const begun = performance.now();
    try {
      signal.throwIfAborted();
      const work = prepare();
      const worker = this.#idle.pop() ?? (await this.#begun());
      const reply = await this.#replyOf(worker, work, signal);
      signal.throwIfAborted();
      return reply;
    } finally {
      this.#longOwners.took(owner, performance.now() - begun);
      leave();
    }
  }

  /** Makes one before there is something to do. Throws StepFailure SERVICE_UNAVAILABLE. */
  async begin(): Promise<void> {
    this.#idle.push(await this.#begun());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  /** For when a thread cannot do what it is for. */
  absent(): StepFailure {
    return new StepFailure('SERVICE_UNAVAILABLE', this.options.absent, { details: { service: 'executor' } });
  }

  /** Whether an owner's work takes long is asked when it is its turn: of many pieces that came at once the first has shown it. */
  async #place(owner: string, signal: AbortSignal): Promise<() => void> {
    const leave = await this.#gate.enter(owner, signal);
    if (!this.#longOwners.has(owner)) return leave;
    leave();
    const leaveLasting = await this.#lasting.enter(owner, signal);
    try {
      const leaveGate = await this.#gate.enter(owner, signal);
      return () => {
        leaveGate();
        leaveLasting();
      };
    } catch (error) {
      leaveLasting();
      throw error;
    }
  }

  async #replyOf<Reply>(worker: Worker, work: ThreadWork<Reply>, signal: AbortSignal): Promise<Reply | undefined> {
    // It has been given nothing.
    let mayServeAgain = signal.aborted;
    try {
      if (signal.aborted) return undefined;
      const reply = await work(worker);
      mayServeAgain = reply !== undefined;
      return reply;
    } finally {
      if (mayServeAgain && !this.#isClosed && this.#all.has(worker)) this.#idle.push(worker);
      else await worker.terminate();
    }
  }

  /** A thread that has said that it is ready. Throws StepFailure. */
  async #begun(): Promise<Worker> {
    const worker = this.options.make();
    // It keeps no process alive that has nothing else to do; and whatever it throws ends it alone.
    worker.unref();
    worker.on('error', () => undefined);
    this.#all.add(worker);
    worker.once('exit', () => {
      this.#all.delete(worker);
      const place = this.#idle.indexOf(worker);
      if (place >= 0) this.#idle.splice(place, 1);
    });
    const isReady = await new Promise<boolean>((resolve) => {
      const settle = (ready: boolean): void => {
        clearTimeout(timer);
        worker.off('message', heard).off('exit', gone);
        resolve(ready);
      };
      const heard = (message: unknown): void => settle(message === 'ready');
      const gone = (): void => settle(false);
      const timer = setTimeout(gone, this.options.beginMs);
      worker.on('message', heard).on('exit', gone);
    });
    if (isReady) return worker;
    await worker.terminate();
    throw this.absent();
  }
}
