import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import type { CodeProblem } from '@millrace/schema';
import { KeyedQueue, QueueFull } from './keyed-queue.js';
import { tooManySaves } from './workflows.errors.js';

const WORKER = new URL('../../worker/parse-code.mjs', import.meta.url);
/** For the thread to have loaded the parser. */
const BEGIN_MS = 10_000;
const HEAP_MB = 64;

/**
 * Finds out whether code parses, in a thread: a dense source within its size takes the parser seconds, and then the thread is ended. What
 * has not been parsed in its time is said nothing of; it fails when it runs, if it does not parse.
 */
@Injectable()
export class CodeSyntax implements OnApplicationShutdown {
  /** One document after the other, organisations in turn. */
  readonly #gate = new Gate(1);
  readonly #queue = new KeyedQueue(LIMITS.savesPerOrganisation);
  #worker: Worker | undefined;

  /** What is wrong with those of the sources that do not parse. Throws SERVICE_UNAVAILABLE when too many documents of the owner wait. */
  async problemsOf(owner: string, sources: readonly string[]): Promise<ReadonlyMap<string, CodeProblem>> {
    if (sources.length === 0) return new Map();
    try {
      return await this.#queue.run(owner, () => this.#inTurn(owner, sources));
    } catch (error) {
      throw error instanceof QueueFull ? tooManySaves() : error;
    }
  }

  async #inTurn(owner: string, sources: readonly string[]): Promise<ReadonlyMap<string, CodeProblem>> {
    const problems = new Map<string, CodeProblem>();
    const leave = await this.#gate.enter(owner);
    try {
      const worker = (this.#worker ??= await begun());
      if (worker === undefined) return problems;
      const until = performance.now() + LIMITS.codeParseMs;
      for (const source of sources) {
        const reply = await replyOf(worker, source, until - performance.now());
        if (reply === undefined) {
          await this.#end();
          break;
        }
        if (reply !== null) problems.set(source, reply);
      }
      return problems;
    } finally {
      leave();
    }
  }

  onApplicationShutdown(): Promise<void> {
    return this.#end();
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/** A thread that is ready; undefined when it is not in time. */
async function begun(): Promise<Worker | undefined> {
  const worker = new Worker(WORKER, {
    // That of the process has secrets, and is no business of what reads code of users.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    stdout: true,
    stderr: true,
  });
  // It keeps no process alive that has nothing else to do; and whatever it throws ends it alone.
  worker.unref();
  worker.on('error', () => undefined);
  if ((await nextMessage(worker, BEGIN_MS)) !== undefined) return worker;
  await worker.terminate();
  return undefined;
}

/** Null when the source parses; undefined when the thread did not say so in time. */
function replyOf(worker: Worker, source: string, milliseconds: number): Promise<CodeProblem | null | undefined> {
  const reply = nextMessage(worker, milliseconds);
  worker.postMessage(source);
  return reply as Promise<CodeProblem | null | undefined>;
}

function nextMessage(worker: Worker, milliseconds: number): Promise<unknown> {
  return new Promise((resolve) => {
    const settle = (message?: unknown): void => {
      clearTimeout(timer);
      worker.off('message', settle).off('exit', ended);
      resolve(message);
    };
    const ended = (): void => settle();
    const timer = setTimeout(ended, Math.max(1, milliseconds));
    worker.on('message', settle).on('exit', ended);
  });
}
