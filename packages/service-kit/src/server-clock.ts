import type { OnModuleInit } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { MOST_SKEW_MS } from './clock-skew.js';
import type { HealthResult } from './health.js';
import type { Logger } from './logging.js';
import { gauge } from './metrics.js';
import { ReferenceClock } from './reference-clock.js';
import { UpkeepLoop, type UpkeepPlan } from './upkeep-loop.js';

/** From one look at the clock of the server to the next. Milliseconds. */
const LOOK_EVERY_MS = 10_000;

const clockOffset = gauge(
  'millrace_clock_offset_seconds',
  'How far the clock of the machine is ahead of that of the NATS server',
);

/**
 * The time by the clock of the NATS server, which is the same for all processes: for what several of them have to agree about. One question every
 * ten seconds, however often the time is wanted. The clock of this machine is compared with it: in the log, the metrics and the health checks.
 */
export class ServerClock extends UpkeepLoop implements OnModuleInit {
  readonly #reference = new ReferenceClock();
  #isWrong = false;

  /** @param ownClock of this machine, milliseconds since the epoch */
  constructor(
    private readonly bus: Pick<Bus, 'serverTime'>,
    logger: Pick<Logger, 'info' | 'warn'>,
    private readonly ownClock: () => number = Date.now,
    private readonly lookEveryMs = LOOK_EVERY_MS,
  ) {
    super(logger);
  }

  /** Milliseconds since the epoch, never later than the server has it by more than clocks drift in ten seconds. Throws AppError('SERVICE_UNAVAILABLE') before the server has sent it once. */
  readonly now = (): number => {
    const now = this.#reference.now();
    if (now !== undefined) return now;
    throw new AppError('SERVICE_UNAVAILABLE', {
      message: 'NATS has not sent the time yet; try again',
      details: { service: 'nats' },
    });
  };

  /** So that the time is known when other parts begin, if the server replies. */
  async onModuleInit(): Promise<void> {
    await this.#look().catch(() => undefined);
  }

  /** For /health/ready: whether the clock of this machine is right. */
  check(): HealthResult {
    const skew = this.#skewMs();
    if (skew === undefined) return { up: false, detail: 'NATS has not sent the time yet' };
    return isWrong(skew) ? { up: false, detail: described(skew) } : { up: true };
  }

  protected plan(): UpkeepPlan {
    const look = { name: 'Following the clock of NATS', run: () => this.#look() };
    return { prepare: look, tasks: [{ ...look, everyMs: this.lookEveryMs }] };
  }

  async #look(): Promise<void> {
    this.#reference.observe(await this.bus.serverTime());
    const skew = this.#skewMs() ?? 0;
    clockOffset.set(skew / 1_000);
    if (isWrong(skew) === this.#isWrong) return;
    this.#isWrong = !this.#isWrong;
    const offset = { offset_ms: Math.round(skew) };
    if (this.#isWrong) this.logger.warn(offset, `${described(skew)}; synchronise it (NTP)`);
    else this.logger.info(offset, 'The clock of this machine is right again');
  }

  /** How far the clock of this machine is ahead. Milliseconds. */
  #skewMs(): number | undefined {
    const now = this.#reference.now();
    return now === undefined ? undefined : this.ownClock() - now;
  }
}

function isWrong(skewMs: number): boolean {
  return Math.abs(skewMs) > MOST_SKEW_MS;
}

function described(skewMs: number): string {
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  return `The clock of this machine is ${Math.abs(skewMs / 1_000).toFixed(1)} s ${direction} that of NATS`;
}
