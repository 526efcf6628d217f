import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LIMITS, LISTENED_FOR_MS, WebhookListened, type WebhookSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { CLOCK, type Clock } from '../outbound/clock.js';

/** Listeners that one dispatcher remembers; further ones are told again of in some seconds, and may find room then. */
const MOST_LISTENERS = 5_000;
const SECOND_MS = 1_000;

/** Somebody who is shown the calls of an address, and how much he has been shown. */
export class CallListener {
  /** Calls since the last one that he was shown. */
  #missed = 0;
  #second = 0;
  #shown = 0;

  constructor(
    readonly id: string,
    readonly organisationId: string,
    /** Milliseconds since the epoch. */
    public until: number,
  ) {}

  /** How many calls he has missed, when he may be shown one now; else that is one more. */
  take(now: number): number | null {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) [this.#second, this.#shown] = [second, 0];
    if (this.#shown >= LIMITS.listenedCallsPerSecond) {
      this.#missed++;
      return null;
    }
    this.#shown++;
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }
}

/** Who listens to which address now, as gateways tell: of one that stops telling nothing is left. */
@Injectable()
export class CallListeners implements OnModuleInit, OnModuleDestroy {
  readonly #byWebhook = new Map<string, Map<string, CallListener>>();
  #count = 0;
  #end: (() => void) | undefined;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'hear'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#end = await this.bus.hear(WebhookListened, {
      heard: (_, open) =>
        void open()
          .then((told) => this.#told(told.webhook_id, told.listener_id, told.organisation_id))
          .catch((error: unknown) => this.logger.warn({ err: error }, 'Who listens to a webhook could not be read')),
    });
  }

  onModuleDestroy(): void {
    this.#end?.();
  }

  /** Whether there may be one. */
  hasOf(webhookId: string): boolean {
    return this.#byWebhook.has(webhookId);
  }

  /** Those of the organisation whose address it is. */
  of({ webhook_id, organisation_id }: WebhookSnapshotValue): CallListener[] {
    this.#forgetEnded(webhook_id);
    const known = this.#byWebhook.get(webhook_id)?.values() ?? [];
    return [...known].filter(({ organisationId }) => organisationId === organisation_id);
  }

  #told(webhookId: string, listenerId: string, organisationId: string): void {
    const until = this.clock() + LISTENED_FOR_MS;
    const known = this.#byWebhook.get(webhookId)?.get(listenerId);
    if (known !== undefined) {
      known.until = until;
      return;
    }
    if (this.#count >= MOST_LISTENERS) for (const each of [...this.#byWebhook.keys()]) this.#forgetEnded(each);
    if (this.#count >= MOST_LISTENERS) return;
    const listeners = this.#byWebhook.get(webhookId) ?? new Map<string, CallListener>();
    this.#byWebhook.set(webhookId, listeners.set(listenerId, new CallListener(listenerId, organisationId, until)));
    this.#count++;
  }

  #forgetEnded(webhookId: string): void {
    const listeners = this.#byWebhook.get(webhookId);
    if (listeners === undefined) return;
    const now = this.clock();
    for (const [id, { until }] of listeners) if (until <= now && listeners.delete(id)) this.#count--;
    if (listeners.size === 0) this.#byWebhook.delete(webhookId);
  }
}
