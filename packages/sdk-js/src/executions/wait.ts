import type { APIPromise } from '../api-promise.js';
import { ExecutionFailedError, UsageError, WaitTimeoutError } from '../errors.js';
import type { CallOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { Execution, ExecutionAccepted } from '../types.js';
import { path } from '../path.js';

const FIRST_POLL_MS = 250;
/** An organisation has 1,000 calls an hour: whoever waits for hours must not use them up. */
const LONGEST_POLL_MS = 5_000;
/** The longest that the API waits. */
const LONGEST_WAIT_S = 60;
const DEFAULT_TIMEOUT_MS = 300_000;

/** How to wait for the end of an execution. */
export interface WaitOptions {
  /** Milliseconds until {@link WaitTimeoutError}. By default 300,000. */
  readonly timeout?: number;
  /** Milliseconds between reads, instead of 250 that double up to 5,000. With it, `executeAndWait` reads at once. */
  readonly pollInterval?: number;
  /** Whether an execution that fails or is cancelled is thrown as {@link ExecutionFailedError}. */
  readonly throwOnFailure?: boolean;
  /** Called with each state that is read, the last included. With it, `executeAndWait` reads at once. */
  readonly onUpdate?: (execution: Execution) => void;
  /** Ends the wait; the execution runs on. */
  readonly signal?: AbortSignal;
}

/** Reads an execution until it has ended. */
export function waitForExecution(transport: Transport, executionId: string, options: WaitOptions): Promise<Execution> {
  return readUntilEnded(transport, executionId, options, deadlineOf(transport, options));
}

/** Starts an execution under a key, for up to so many seconds of waiting; undefined for none. */
export type Start = (wait: number | undefined) => APIPromise<Execution | ExecutionAccepted>;

/**
 * Starts an execution and waits for its end. As long as the API waits, the start is repeated under its key, which starts nothing; else the
 * execution is read as {@link waitForExecution} does, and so it is for who wants to see it in between.
 */
export async function startAndWait(transport: Transport, start: Start, options: WaitOptions): Promise<Execution> {
  const deadline = deadlineOf(transport, options);
  const mayWait = options.pollInterval === undefined && options.onUpdate === undefined;
  for (;;) {
    const seconds = Math.min(Math.floor((deadline - transport.clock.now()) / 1_000), LONGEST_WAIT_S);
    const wait = mayWait && seconds > 0 ? seconds : undefined;
    const { data, status, headers } = await start(wait).withResponse();
    if (status === 200 && isExecution(data) && hasEnded(data)) return outcomeOf(withId(data), options);
    if (wait === undefined || headers.get('preference-applied') === null)
      return readUntilEnded(transport, withId(data).id, options, deadline);
  }
}

function deadlineOf({ clock }: Transport, { timeout = DEFAULT_TIMEOUT_MS, pollInterval = FIRST_POLL_MS }: WaitOptions) {
  if (!(timeout >= 0 && pollInterval > 0)) throw new UsageError('timeout and pollInterval are positive numbers.');
  return clock.now() + timeout;
}

async function readUntilEnded(
  transport: Transport,
  executionId: string,
  options: WaitOptions,
  deadline: number,
): Promise<Execution> {
  const { timeout = DEFAULT_TIMEOUT_MS, pollInterval = FIRST_POLL_MS, onUpdate, signal } = options;
  const { clock } = transport;
  for (let interval = pollInterval; ; interval = options.pollInterval ?? Math.min(interval * 2, LONGEST_POLL_MS)) {
    const execution = await readExecution(transport, executionId, { signal });
    onUpdate?.(execution);
    if (hasEnded(execution)) return outcomeOf(execution, options);
    const left = deadline - clock.now();
    if (left <= 0) throw new WaitTimeoutError(execution, timeout);
    await clock.sleep(Math.min(interval, left), signal);
  }
}

function outcomeOf(execution: Execution, { throwOnFailure }: WaitOptions): Execution {
  if (throwOnFailure && execution.status !== 'completed') throw new ExecutionFailedError(execution);
  return execution;
}

/** How to read an execution. */
export interface ReadOptions extends CallOptions {
  /** `none` leaves the step runs out. */
  readonly steps?: 'none';
}

/** An execution by its id alone. */
export function readExecution(transport: Transport, executionId: string, { steps, ...options }: ReadOptions = {}) {
  const target = path`/executions/${executionId}`;
  return transport
    .call<Execution>({ has: EXECUTION, method: 'GET', path: target, query: { steps }, options })
    .map(withId);
}

/** Members of which an answer about an execution has one. */
export const EXECUTION = ['id', 'execution_id'] as const;

/** The reference names it `execution_id` alone in its bodies, and reads `id` in its snippet. */
export function withId<T extends { id: string; execution_id: string }>(execution: T): T {
  return execution.id === undefined ? { ...execution, id: execution.execution_id } : execution;
}

function isExecution(answer: Execution | ExecutionAccepted): answer is Execution {
  return 'steps' in answer;
}

function hasEnded({ status }: Execution): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
