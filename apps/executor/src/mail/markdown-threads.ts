import { Worker } from 'node:worker_threads';
import { LIMITS } from '@millrace/contracts';
import { KeptThreads } from '../threads/kept-threads.js';
import { mailInvalid } from './mail-invalid.js';

/** What bounds one text; passed to its thread. */
export interface MarkdownBounds {
  readonly cells: number;
  readonly htmlBytes: number;
  readonly renderMs: number;
}

/** What a thread makes of a text, or why it makes nothing of it, as the end of a sentence. */
export type MarkdownReply =
  { readonly html: string } | { readonly html?: undefined; readonly problem: string; readonly limit?: number };

const BOUNDS: MarkdownBounds = {
  cells: LIMITS.mailMarkdownCells,
  htmlBytes: LIMITS.mailTextBytes,
  renderMs: LIMITS.mailMarkdownMs,
};

/** Texts of one process at the same time; one organisation has half of them. */
const AT_ONCE = 2;
/** For a thread to have loaded the libraries. */
const BEGIN_MS = 60_000;
const HEAP_MB = 128;

const WORKER = new URL('../../worker/render-markdown.mjs', import.meta.url);

/** Makes HTML of Markdown in {@link KeptThreads}: a dense text within its size holds a processor for more than a second. */
export class MarkdownThreads {
  readonly #threads: KeptThreads;

  constructor(
    private readonly bounds: MarkdownBounds = BOUNDS,
    /** What threads run. */
    program: URL = WORKER,
  ) {
    const make = (): Worker =>
      new Worker(program, {
        workerData: bounds,
        // That of the process has secrets, and is no business of what reads texts of users.
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
        stdout: true,
        stderr: true,
      });
    const absent = 'The executor could not start what makes HTML of Markdown: nothing was sent; try again';
    this.#threads = new KeptThreads({ atOnce: AT_ONCE, make, beginMs: BEGIN_MS, absent });
  }

  /**
   * Safe HTML of a Markdown text: HTML in it is text, and a link leads to `http`, `https` or `mailto`. Rejects with StepFailure EMAIL_INVALID for one with too many cells
   * of tables, or that takes too long or too much memory, with the reason of `signal`, and with StepFailure SERVICE_UNAVAILABLE.
   */
  async html(owner: string, markdown: string, signal: AbortSignal): Promise<string> {
    const reply = await this.#threads.use(owner, signal, () => (worker) => this.#replyOf(worker, markdown, signal));
    if (reply?.html !== undefined) return reply.html;
    // An executor that stops ends its threads: others send the e-mail.
    if (reply === undefined && this.#threads.isClosed) throw this.#threads.absent();
    const { problem, limit } = reply ?? {
      problem: 'takes too long, or too much memory, to be made HTML: shorten it',
      limit: undefined,
    };
    throw mailInvalid('markdown', `config.markdown ${problem}`, limit === undefined ? {} : { limit });
  }

  /**
   * Has a thread load its libraries when an executor starts: what is replaced on the disk while it runs then makes no difference to that one. One that cannot be
   * had then is made when it is needed.
   */
  async begin(): Promise<void> {
    await this.#threads.begin().catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  /** Undefined when there is none in time, or nobody wants it any more. */
  #replyOf(worker: Worker, markdown: string, signal: AbortSignal): Promise<MarkdownReply | undefined> {
    return new Promise((resolve) => {
      const settle = (reply?: MarkdownReply): void => {
        clearTimeout(timer);
        worker.off('message', settle).off('exit', ended);
        signal.removeEventListener('abort', ended);
        resolve(reply);
      };
      const ended = (): void => settle();
      const timer = setTimeout(ended, this.bounds.renderMs);
      worker.on('message', settle).on('exit', ended);
      signal.addEventListener('abort', ended, { once: true });
      worker.postMessage(markdown);
    });
  }
}
