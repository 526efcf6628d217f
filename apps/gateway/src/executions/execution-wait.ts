/** What ends a wait: the execution has, or the time is over, or nobody may or wants to wait any more. */
export type WaitEnd = 'finished' | 'over' | 'cut';

/** One start that waits for the end of its execution. It may be ended before anybody waits. */
export class ExecutionWait {
  #end: WaitEnd | undefined;
  #tell: ((end: WaitEnd) => void) | undefined;
  /** Known before the execution is published. */
  executionId: string | undefined;

  constructor(readonly organisationId: string) {}

  /** Ends it; what comes later changes nothing. */
  end(end: WaitEnd): void {
    this.#end ??= end;
    this.#tell?.(this.#end);
  }

  /** Resolves with what has ended it, or will, `ms` milliseconds from now at the latest. */
  async until(ms: number): Promise<WaitEnd> {
    const timer = setTimeout(() => this.end('over'), ms);
    try {
      return await new Promise((resolve) => {
        this.#tell = resolve;
        if (this.#end !== undefined) resolve(this.#end);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
