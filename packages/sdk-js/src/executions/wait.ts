import { ExecutionFailedError, UsageError, WaitTimeoutError } from '../errors.js';
import type { CallOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { Execution } from '../types.js';
import { path } from '../path.js';

const FIRST_POLL_MS = 250;
/** An organisation has 1,000 calls an hour: whoever waits for hours must not use them up. */
const LONGEST_POLL_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 300_000;

/** How to wait for the end of an execution. */
export interface WaitOptions {
  /** Milliseconds until {@link WaitTimeoutError}. By default 300,000. */
  readonly timeout?: number;
  /** Milliseconds between reads, instead of 250 that double up to 5,000. */
  readonly pollInterval?: number;
  /** Whether an execution that fails or is cancelled is thrown as {@link ExecutionFailedError}. */
  readonly throwOnFailure?: boolean;
  /** Called with each state that is read, the last included. */
  readonly onUpdate?: (execution: Execution) => void;
  /** Ends the wait; the execution runs on. */
  readonly signal?: AbortSignal;
}

/** Reads an execution until it has ended. */
export async function waitForExecution(
  transport: Transport,
  executionId: string,
  options: WaitOptions,
): Promise<Execution> {
  const { timeout = DEFAULT_TIMEOUT_MS, pollInterval = FIRST_POLL_MS, throwOnFailure, onUpdate, signal } = options;
  if (!(timeout >= 0 && pollInterval > 0)) throw new UsageError('timeout and pollInterval are positive numbers.');
  const { clock } = transport;
  const deadline = clock.now() + timeout;
  for (let interval = pollInterval; ; interval = options.pollInterval ?? Math.min(interval * 2, LONGEST_POLL_MS)) {
    const execution = await readExecution(transport, executionId, { signal });
    onUpdate?.(execution);
    if (hasEnded(execution)) {
      if (throwOnFailure && execution.status !== 'completed') throw new ExecutionFailedError(execution);
      return execution;
    }
    const left = deadline - clock.now();
    if (left <= 0) throw new WaitTimeoutError(execution, timeout);
    await clock.sleep(Math.min(interval, left), signal);
  }
}

/** How to read an execution. */
export interface ReadOptions extends CallOptions {
  /** `none` leaves the step runs out. */
  readonly steps?: 'none';
}

/** An execution by its id alone. */
export function readExecution(transport: Transport, executionId: string, { steps, ...options }: ReadOptions = {}) {
  const target = path`/executions/${executionId}`;
  return transport.call<Execution>({ method: 'GET', path: target, query: { steps }, options }).map(withId);
}

/** The reference names it `execution_id` alone in its bodies, and reads `id` in its snippet. */
export function withId<T extends { id: string; execution_id: string }>(execution: T): T {
  return execution.id === undefined ? { ...execution, id: execution.execution_id } : execution;
}

function hasEnded({ status }: Execution): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
