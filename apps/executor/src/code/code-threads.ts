import { Worker } from 'node:worker_threads';
import { Gate } from '@millrace/messaging';
import { CODE_BOUNDS, type CodeBounds } from './code-limits.js';

/** Code to be run, and the JSON text of its input. Texts in it that begin with the mark are numbers that no double holds. */
export interface AskedCode {
  readonly source: string;
  readonly input: string | undefined;
  readonly mark: string;
}

/** What came of it: the JSON text of what it returned, or why there is none. `log`: what it wrote to its console. */
export type CodeReply = { readonly log: readonly string[] } & (
  | { readonly json: string; readonly failure?: undefined }
  | { readonly failure: 'time' | 'memory' | 'output' | 'pending'; readonly message: string }
  | { readonly failure: 'thrown'; readonly name: string; readonly message: string; readonly line: number | null }
);

const WORKER = new URL('../../worker/run-code.mjs', import.meta.url);

/** Runs of one process at the same time; one organisation has half of them. */
const AT_ONCE = 2;
/** After its time a thread may take so long to notice; then it is ended. What the engine does in one go it does not interrupt. */
const GRACE_MS = 1_000;
/** For a thread to begin on a machine that is busy: it has compiled the engine before it takes its first run. */
const BEGIN_MS = 60_000;

/**
 * Runs code in threads of their own, each run in a fresh instance of the engine: what takes too long, or too much memory, costs that thread and
 * not the process. Threads are made when there is something to run, and kept.
 */
export class CodeThreads {
  readonly #gate: Gate;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  #isClosed = false;

  constructor(
    private readonly bounds: CodeBounds = CODE_BOUNDS,
    atOnce = AT_ONCE,
  ) {
    this.#gate = new Gate(atOnce);
  }

  /** Runs code when it is its owner's turn. Rejects with the signal's reason when that is aborted, which ends a run that has begun. */
  async run(owner: string, asked: AskedCode, signal: AbortSignal): Promise<CodeReply> {
    const leave = await this.#gate.enter(owner);
    try {
      signal.throwIfAborted();
      return await this.#runNow(asked, signal);
    } finally {
      leave();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  async #runNow(asked: AskedCode, signal: AbortSignal): Promise<CodeReply> {
    const worker = this.#idle.pop() ?? (await this.#begun());
    const reply = await this.#replyOf(worker, asked, signal);
    if (reply !== undefined && !this.#isClosed && this.#all.has(worker)) this.#idle.push(worker);
    else await worker.terminate();
    signal.throwIfAborted();
    return reply ?? { failure: 'time', message: '', log: [] };
  }

  async #begun(): Promise<Worker> {
    const worker = new Worker(WORKER, {
      workerData: this.bounds,
      // What the engine holds is outside of this heap; this is for the texts that go in and out.
      resourceLimits: { maxOldGenerationSizeMb: 128 },
      stdout: true,
      stderr: true,
    });
    // It keeps no process alive that has nothing else to do; and whatever it throws ends it alone.
    worker.unref();
    worker.on('error', () => undefined);
    this.#all.add(worker);
    worker.once('exit', () => {
      this.#all.delete(worker);
      const place = this.#idle.indexOf(worker);
      if (place >= 0) this.#idle.splice(place, 1);
    });
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        worker.off('message', settle).off('exit', settle);
        resolve();
      };
      const timer = setTimeout(settle, BEGIN_MS);
      // It says once that it is ready.
      worker.on('message', settle).on('exit', settle);
    });
    return worker;
  }

  /** Undefined when the thread ends, does not reply in time, or is not wanted any more. */
  #replyOf(worker: Worker, asked: AskedCode, signal: AbortSignal): Promise<CodeReply | undefined> {
    return new Promise((resolve) => {
      const settle = (reply?: CodeReply): void => {
        clearTimeout(timer);
        worker.off('message', settle).off('exit', died);
        signal.removeEventListener('abort', ended);
        resolve(reply);
      };
      const ended = (): void => settle();
      // Its own heap was not enough for the texts that went in and out.
      const died = (): void => settle({ failure: 'memory', message: '', log: [] });
      const timer = setTimeout(ended, this.bounds.runMs + GRACE_MS);
      worker.on('message', settle).on('exit', died);
      signal.addEventListener('abort', ended, { once: true });
      worker.postMessage(asked);
    });
  }
}
