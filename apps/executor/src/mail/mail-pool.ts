import { LIMITS } from '@millrace/contracts';
import type { AllowList } from '@millrace/service-kit/safe-http';
import { Permits } from '../executions/permits.js';
import { MailLane } from './mail-lane.js';
import type { MailSender } from './sender.js';

/** The connections to the server of one sender. */
export class MailPool {
  readonly #permits = new Permits(LIMITS.mailConnections);
  readonly #idle: MailLane[] = [];
  readonly #all = new Set<MailLane>();

  constructor(
    private readonly sender: MailSender,
    private readonly allowed: AllowList,
  ) {}

  /** Works with a connection that nobody else uses meanwhile. Throws the reason of `signal` when that came first. */
  async use<Result>(signal: AbortSignal, work: (lane: MailLane) => Promise<Result>): Promise<Result> {
    const release = await this.#permits.take(signal);
    try {
      signal.throwIfAborted();
      // The one that was used last: the others become idle for long enough to be closed.
      const lane = this.#idle.pop() ?? this.#newLane();
      try {
        return await work(lane);
      } finally {
        this.#idle.push(lane);
      }
    } finally {
      release();
    }
  }

  /** Ends all connections. */
  close(): void {
    for (const lane of this.#all) lane.close();
  }

  #newLane(): MailLane {
    const lane = new MailLane(this.sender, this.allowed);
    this.#all.add(lane);
    return lane;
  }
}
