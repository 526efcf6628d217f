import type { StepResponse } from '@millrace/contracts';

/** What ends a wait: the execution has ended or responded, or the time is over, or nobody may or wants to wait any more. */
export type WaitEnd = 'finished' | 'responded' | 'over' | 'cut';

/** What is waited for. */
export type Wanted = 'end' | 'response';

/** One start that waits for the end of its execution, or for its response. It may be ended before anybody waits. */
export class ExecutionWait {
  #end: WaitEnd | undefined;
  #tell: ((end: WaitEnd) => void) | undefined;
  #response: StepResponse | undefined;
  /** Known before the execution is published. */
  executionId: string | undefined;

  constructor(
    readonly organisationId: string,
    readonly wanted: Wanted = 'end',
  ) {}

  /** With which it has been ended. */
  get response(): StepResponse | undefined {
    return this.#response;
  }

  /** Ends it; what comes later changes nothing. */
  end(end: WaitEnd): void {
    this.#end ??= end;
    this.#tell?.(this.#end);
  }

  /** Ends it with what it waits for. */
  respond(response: StepResponse): void {
    if (this.#end === undefined) this.#response = response;
    this.end('responded');
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
