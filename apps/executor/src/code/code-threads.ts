import { Worker } from 'node:worker_threads';
import { Gate } from '@millrace/messaging';
import { StepFailure } from '../steps/step-failure.js';
import { readCodeEngine, type CodeEngine } from './code-engine.js';
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

/** Runs of one process at the same time; one organisation has half of them. */
const AT_ONCE = 2;
/** After its time a thread may take so long to notice; then it is ended. What the engine does in one go it does not interrupt. */
const GRACE_MS = 1_000;

/** Why there is no reply. `absent`: nothing was run. */
type NoReply = 'unwanted' | 'late' | 'absent';

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
    /** What threads run; read when the executor starts, by default. */
    private readonly engine: CodeEngine = readCodeEngine(),
  ) {
    this.#gate = new Gate(atOnce);
  }

  /**
   * Runs code when it is its owner's turn; what `asked` gives is made then. Rejects with the signal's reason when that is aborted, which ends a
   * run that has begun, and with StepFailure SERVICE_UNAVAILABLE when there is no thread to run it.
   */
  async run(owner: string, asked: () => AskedCode, signal: AbortSignal): Promise<CodeReply> {
    const leave = await this.#gate.enter(owner);
    try {
      signal.throwIfAborted();
      return await this.#runNow(asked(), signal);
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
    const reply = signal.aborted ? null : await this.#replyOf(worker, asked, signal);
    const mayServeAgain = typeof reply !== 'string' && !this.#isClosed && this.#all.has(worker);
    if (mayServeAgain) this.#idle.push(worker);
    else await worker.terminate();
    signal.throwIfAborted();
    if (reply === 'absent') throw noThread();
    return reply === null || typeof reply === 'string' ? { failure: 'time', message: '', log: [] } : reply;
  }

  /** A thread that has said that it is ready. Throws StepFailure. */
  async #begun(): Promise<Worker> {
    const worker = new Worker(this.engine.worker, {
      workerData: { bounds: this.bounds, modules: this.engine.modules, wasm: this.engine.wasm },
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
    const isReady = await new Promise<boolean>((resolve) => {
      const settle = (ready: boolean): void => {
        clearTimeout(timer);
        worker.off('message', heard).off('exit', gone);
        resolve(ready);
      };
      const heard = (message: unknown): void => settle(message === 'ready');
      const gone = (): void => settle(false);
      const timer = setTimeout(gone, this.bounds.beginMs);
      worker.on('message', heard).on('exit', gone);
    });
    if (isReady) return worker;
    await worker.terminate();
    throw noThread();
  }

  /** What the thread replies in time. Its time begins when it says so, which is when it has an instance of the engine. */
  #replyOf(worker: Worker, asked: AskedCode, signal: AbortSignal): Promise<CodeReply | NoReply> {
    return new Promise((resolve) => {
      const settle = (reply: CodeReply | NoReply): void => {
        clearTimeout(timer);
        worker.off('message', heard).off('exit', died);
        signal.removeEventListener('abort', unwanted);
        resolve(reply);
      };
      const heard = (message: CodeReply | 'begins'): void => {
        if (message !== 'begins') return settle(message);
        clearTimeout(timer);
        timer = setTimeout(() => settle('late'), this.bounds.runMs + GRACE_MS);
      };
      const unwanted = (): void => settle('unwanted');
      // Its own heap was not enough for the texts that went in and out.
      const died = (): void => settle(this.#isClosed ? 'absent' : { failure: 'memory', message: '', log: [] });
      let timer = setTimeout(() => settle('absent'), this.bounds.beginMs);
      worker.on('message', heard).on('exit', died);
      signal.addEventListener('abort', unwanted, { once: true });
      worker.postMessage(asked);
    });
  }
}

function noThread(): StepFailure {
  const message = 'The executor could not start the engine for the code: nothing was run; try again';
  return new StepFailure('SERVICE_UNAVAILABLE', message, { details: { service: 'executor' } });
}
