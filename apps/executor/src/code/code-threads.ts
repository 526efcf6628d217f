import { Worker } from 'node:worker_threads';
import { KeptThreads } from '../threads/kept-threads.js';
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

/** Runs code in {@link KeptThreads}, each run in a fresh instance of the engine. */
export class CodeThreads {
  readonly #threads: KeptThreads;

  constructor(
    private readonly bounds: CodeBounds = CODE_BOUNDS,
    atOnce = AT_ONCE,
    /** What threads run; read when the executor starts, by default. */
    engine: CodeEngine = readCodeEngine(),
  ) {
    const make = (): Worker =>
      new Worker(engine.worker, {
        workerData: { bounds, modules: engine.modules, wasm: engine.wasm },
        // That of the process has secrets, and is no business of what runs beside the code of users.
        env: {},
        // What the engine holds is outside of this heap; this is for the texts that go in and out.
        resourceLimits: { maxOldGenerationSizeMb: 128 },
        stdout: true,
        stderr: true,
      });
    const absent = 'The executor could not start the engine for the code: nothing was run; try again';
    this.#threads = new KeptThreads({ atOnce, make, beginMs: bounds.beginMs, absent });
  }

  /**
   * Runs code when it is its owner's turn; what `asked` gives is made then. Rejects with the signal's reason when that is aborted, which ends a
   * run that has begun, and with StepFailure SERVICE_UNAVAILABLE when there is no thread to run it.
   */
  async run(owner: string, asked: () => AskedCode, signal: AbortSignal): Promise<CodeReply> {
    let isAbsent = false;
    const reply = await this.#threads.use(owner, signal, () => {
      const code = asked();
      return async (worker) => {
        const said = await this.#replyOf(worker, code, signal);
        isAbsent = said === 'absent';
        return typeof said === 'string' ? undefined : said;
      };
    });
    if (isAbsent) throw this.#threads.absent();
    return reply ?? { failure: 'time', message: '', log: [] };
  }

  close(): Promise<void> {
    return this.#threads.close();
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
      const died = (): void => settle(this.#threads.isClosed ? 'absent' : { failure: 'memory', message: '', log: [] });
      let timer = setTimeout(() => settle('absent'), this.bounds.beginMs);
      worker.on('message', heard).on('exit', died);
      signal.addEventListener('abort', unwanted, { once: true });
      worker.postMessage(asked);
    });
  }
}
