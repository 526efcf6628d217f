import { organisationOf } from '@millrace/service-kit/organisations';
import type { RateLimitState } from '@millrace/service-kit/rate-limits';
import type { Bus } from '@millrace/messaging';

/** Of the starts that an organisation has in a minute, jobs leave so many to others: so they don't keep its people from starting anything. */
const LEFT_TO_OTHERS = 0.5;

/** Counts starts of an organisation, as the gateway does. */
export interface StartCounter {
  count(kind: 'executions', organisationId: string, own?: number): Promise<RateLimitState>;
}

/** The share that jobs have of an organisation's executions a minute. */
export class StartShares {
  constructor(
    private readonly counter: StartCounter,
    private readonly bus: Pick<Bus, 'snapshots'>,
  ) {}

  /** Counts one start. Returns null, or when there is a share again. */
  async take(organisationId: string): Promise<Date | null> {
    const own = (await organisationOf(this.bus.snapshots, organisationId))?.limits.executions_per_minute;
    const { exceeded, remaining, limit, resetAt } = await this.counter.count('executions', organisationId, own);
    return exceeded || remaining < Math.floor(limit * LEFT_TO_OTHERS) ? new Date(resetAt * 1_000) : null;
  }
}
