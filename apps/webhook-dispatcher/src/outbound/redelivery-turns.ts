import { AppError, LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';

/** Share of an asker's patience in which its turn has to come. */
const WAIT_SHARE = 0.5;
/** Share that one redelivery may take once its turn has come: so long those behind it wait. */
const WORK_SHARE = 0.4;
/** Share after which nothing more is begun, whenever the turn has come: what is under way then still has to end. */
const LAST_SHARE = 0.7;

/**
 * The turns of calls that send many deliveries again, each of which holds a page of bodies. They wait for NATS and compute little, so that they have
 * places of their own: among heavy questions they would keep the pages of others waiting.
 */
export class RedeliveryTurns {
  readonly #gate = new Gate(LIMITS.eventRedeliveriesAtOnce, 1);
  readonly #organisations = new Set<string>();

  /**
   * Does `work` in its turn, with the milliseconds that it has from then on. Throws RATE_LIMIT_EXCEEDED while the organisation has another one here,
   * or when the turn does not come in time: then nothing was begun, and whoever asks still reads that.
   */
  async run<Result>(organisation: string, patienceMs: number, work: (ms: number) => Promise<Result>): Promise<Result> {
    if (this.#organisations.has(organisation)) throw oneAtATime(patienceMs);
    this.#organisations.add(organisation);
    const asked = performance.now();
    try {
      const leave = await this.#turn(organisation, patienceMs * WAIT_SHARE);
      try {
        const left = patienceMs * LAST_SHARE - (performance.now() - asked);
        return await work(Math.min(left, patienceMs * WORK_SHARE));
      } finally {
        leave();
      }
    } finally {
      this.#organisations.delete(organisation);
    }
  }

  async #turn(organisation: string, waitMs: number): Promise<() => void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(noTurn()), waitMs);
    try {
      return await this.#gate.enter(organisation, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }
}

function oneAtATime(patienceMs: number): AppError {
  const seconds = Math.ceil((patienceMs * LAST_SHARE) / 1_000);
  return new AppError('RATE_LIMIT_EXCEEDED', {
    message: `Another redelivery of the organisation is under way, and one goes at a time; try again when its response has come, in ${seconds} s at most`,
    details: { kind: 'redeliveries_at_once', limit: 1, retry_after: seconds },
  });
}

function noTurn(): AppError {
  return new AppError('RATE_LIMIT_EXCEEDED', {
    message: 'Redeliveries of other organisations are under way, and nothing was sent; try again in 5 s',
    details: { kind: 'redeliveries_at_once', limit: LIMITS.eventRedeliveriesAtOnce, retry_after: 5 },
  });
}
