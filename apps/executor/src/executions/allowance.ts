import type { AppError, Failure } from '@millrace/contracts';
import type { Task } from '../engine/frames.js';
import type { ExecutionMachine } from '../engine/machine.js';
import type { Weight } from '../engine/value-size.js';
import type { CommonHolding, MemoryLedger, MemoryShare } from './memory-ledger.js';

const MEBIBYTE = 1024 * 1024;
const CURE =
  'Let steps return only what later steps need, work on fewer items at a time, or split the work over several executions.';

/** Where an execution is accounted for. */
interface Accounts {
  readonly memory: MemoryLedger;
  /** Charges bytes that are stored to the organisation; returns why it may store no more, or null. */
  readonly chargeStored?: (bytes: number) => AppError | null;
  /** What it runs by. */
  readonly program?: CommonHolding;
}

/**
 * Ends an execution that holds more than it may (`LIMITS.executionBytes`), for whom the process has no memory, or whose
 * organisation has stored more than it may.
 */
export class Allowance {
  #share: MemoryShare | undefined;
  /** Bytes of answers that are being read, by step run. */
  readonly #reading = new Map<Task, number>();
  #readingBytes = 0;
  /** Of files that expressions read. */
  #fileBytes = 0;

  constructor(
    private readonly machine: ExecutionMachine,
    private readonly context: Accounts,
    /** Called when the execution was ended from outside of its own work. */
    private readonly onEnded: () => void,
  ) {}

  /** The execution begins, or goes on, with what it holds by now. */
  open(): void {
    const { memory, program } = this.context;
    this.#share = memory.open((held) => this.#outOfMemory(held, memory.limit), program);
    this.note();
  }

  /** Charges what is about to be recorded. False when it does not fit: then the execution is failing, and it must not be recorded. */
  charge(path: string, weight: Weight): boolean {
    const { holdings } = this.machine;
    if (!holdings.fits(weight.bytes)) return this.#refuse(path, holdings.bytes + weight.bytes);
    const refusal = this.context.chargeStored?.(weight.bytes) ?? null;
    if (refusal !== null) return this.#refuseStored(path, refusal);
    holdings.add(weight);
    return this.note();
  }

  /** Whether what a loop or parallel is about to hold fits; if not, the execution is failing. */
  mayOpen(path: string, weight: Weight): boolean {
    const { holdings } = this.machine;
    return holdings.fits(weight.bytes) || this.#refuse(path, holdings.bytes + weight.bytes);
  }

  /** How much of an answer a step run has read by now; 0 when that is over. The answer counts as long as it is being read. */
  reading(task: Task, bytes: number): void {
    this.#readingBytes += bytes - (this.#reading.get(task) ?? 0);
    if (bytes === 0) this.#reading.delete(task);
    else this.#reading.set(task, bytes);
    if (bytes > 0) this.#checkTransient(task);
    else this.note();
  }

  /** How much the execution has loaded by now of files that its expressions read, each once; `task` has changed that. It counts as long as it is needed. */
  holdingFiles(task: Task, bytes: number): void {
    const isMore = bytes > this.#fileBytes;
    this.#fileBytes = bytes;
    if (isMore) this.#checkTransient(task);
    else this.note();
  }

  /** Reports to the process what the execution holds now. False when it must end for that. */
  note(): boolean {
    return this.#share?.set(this.machine.holdings.heap + this.#transientBytes) ?? true;
  }

  /** The execution has ended. */
  close(): void {
    this.#share?.close();
  }

  get #transientBytes(): number {
    return this.#readingBytes + this.#fileBytes;
  }

  #checkTransient(task: Task): void {
    const { holdings } = this.machine;
    if (holdings.fits(this.#transientBytes)) return void this.note();
    this.#refuse(task.path, holdings.bytes + this.#transientBytes);
    this.onEnded();
  }

  #refuse(path: string, bytes: number): false {
    const { limit } = this.machine.holdings;
    this.#fail(
      `With "${path}" the execution would hold ${mebibytes(bytes)} MiB, but it may hold ${mebibytes(limit)} MiB: its input, the results of all steps so far, and the items of loops that are running. ${CURE}`,
      { path, limit_bytes: limit, reached_bytes: bytes },
      path,
    );
    return false;
  }

  #refuseStored(path: string, { code, message, details }: AppError): false {
    this.machine.expire({ code, message, details }, path);
    return false;
  }

  #outOfMemory(held: number, limit: number): void {
    this.#fail(
      `The executor has memory for ${mebibytes(limit)} MiB of all its executions together, and of those this one held the most (${mebibytes(held)} MiB). ${CURE} Or give executors more memory.`,
      { executor_limit_bytes: limit, reached_bytes: held },
      null,
    );
    this.onEnded();
  }

  #fail(message: string, details: Record<string, unknown>, path: string | null): void {
    const failure: Failure = { code: 'EXECUTION_TOO_LARGE', message, details };
    this.machine.expire(failure, path);
  }
}

function mebibytes(bytes: number): string {
  const value = bytes / MEBIBYTE;
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
