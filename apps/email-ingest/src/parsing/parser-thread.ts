import { Worker } from 'node:worker_threads';
import { LIMITS } from '@millrace/contracts';
import { MAIL_LIMITS } from '../limits.js';
import { afterRunning } from './after-running.js';

/** Why a thread says nothing more: it has used up its heap, it said nothing in time, or it has ended otherwise. */
export type ThreadEnd = 'memory' | 'late' | 'ended';

const PROGRAM = new URL('../../worker/read-message.mjs', import.meta.url);

/** A thread that reads messages apart, and says when it is ready for the first one. */
export function newThread(): Worker {
  const thread = new Worker(PROGRAM, {
    workerData: { ...MAIL_LIMITS, inputBytes: LIMITS.apiBodyBytes },
    // That of the process has secrets, and is no business of what reads messages of anybody.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MAIL_LIMITS.parseHeapMb },
    stdout: true,
    stderr: true,
  });
  // It keeps no process alive that has nothing else to do; and whatever it throws ends it alone.
  thread.unref();
  thread.on('error', () => undefined);
  return thread;
}

/** What a thread says next, which is no text, or why it says nothing while this process runs for so many milliseconds. */
export function nextOf<T extends object>(thread: Worker, milliseconds: number): Promise<T | ThreadEnd> {
  return new Promise((resolve) => {
    const settle = (said: T | ThreadEnd): void => {
      cancel();
      thread.off('message', settle).off('exit', ended).off('error', failed);
      resolve(said);
    };
    const ended = (): void => settle('ended');
    const failed = (error: { readonly code?: unknown }): void =>
      settle(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'ended');
    const cancel = afterRunning(milliseconds, () => settle('late'));
    thread.on('message', settle).on('exit', ended).on('error', failed);
  });
}
