import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LIMITS, LISTENED_FOR_MS, WebhookListened, type WebhookSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import type { z } from 'zod';
import { CLOCK, type Clock } from '../outbound/clock.js';

/** Listeners that one dispatcher keeps; further ones are announced again in some seconds, and may find room then. */
const MOST_LISTENERS = 5_000;
/** Of calls that a listener is shown so many a second. */
export const SECOND_MS = 1_000;

type Told = z.output<typeof WebhookListened.schema>;

/** Somebody who is shown the calls of an address, and how much he has been shown. */
export class CallListener {
  /** Calls since the last one that he was shown. */
  #missed = 0;
  #second = 0;
  #shown = 0;
  /** Of these, calls that lack what the trigger requires. */
  #lacking = 0;

  constructor(
    readonly id: string,
    readonly organisationId: string,
    /** Milliseconds since the epoch. */
    public until: number,
  ) {}

  /**
   * How many calls he has missed, when he may be shown one now; else that is one more. `isLacking`: it lacks what the trigger requires, as
   * anybody's calls may, and they must not take the places of the others.
   */
  take(now: number, isLacking: boolean): number | null {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) [this.#second, this.#shown, this.#lacking] = [second, 0, 0];
    const isFull =
      this.#shown >= LIMITS.listenedCallsPerSecond ||
      (isLacking && this.#lacking >= LIMITS.listenedLackingCallsPerSecond);
    if (isFull) {
      this.#missed++;
      return null;
    }
    this.#shown++;
    if (isLacking) this.#lacking++;
    return this.takeMissed();
  }

  /** How many calls he has missed, which have not been reported to him; from now on that is none. */
  takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }

  /** So many could not be shown or reported to him. */
  miss(count: number): void {
    this.#missed += count;
  }
}

/** Who listens to which address now, as gateways announce it: of one that stops nothing is left. */
@Injectable()
export class CallListeners implements OnModuleInit, OnModuleDestroy {
  readonly #byWebhook = new Map<string, Map<string, CallListener>>();
  /** How many of each organisation. */
  readonly #counts = new Map<string, number>();
  #count = 0;
  /** Milliseconds since the epoch. */
  #sweptAt = 0;
  #end: (() => void) | undefined;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'hear'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#end = await this.bus.hear(WebhookListened, {
      patient: true,
      heard: (_, open) =>
        void open()
          .then((told) => this.#told(told))
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

  #told({ webhook_id: webhookId, listener_id: id, organisation_id: organisationId, ended = false }: Told): void {
    const until = this.clock() + LISTENED_FOR_MS;
    const known = this.#byWebhook.get(webhookId)?.get(id);
    if (ended) {
      if (known !== undefined) this.#forget(webhookId, known);
    } else if (known !== undefined) known.until = until;
    else if (this.#hasRoom(webhookId, organisationId)) {
      const listeners = this.#byWebhook.get(webhookId) ?? new Map<string, CallListener>();
      this.#byWebhook.set(webhookId, listeners.set(id, new CallListener(id, organisationId, until)));
      this.#counts.set(organisationId, (this.#counts.get(organisationId) ?? 0) + 1);
      this.#count++;
    }
  }

  /** For one more; those whose time is over are looked for when there is none, once in a second. */
  #hasRoom(webhookId: string, organisationId: string): boolean {
    const hasRoom = (): boolean =>
      this.#count < MOST_LISTENERS &&
      (this.#counts.get(organisationId) ?? 0) < LIMITS.shownListenersPerOrganisation &&
      (this.#byWebhook.get(webhookId)?.size ?? 0) < LIMITS.shownListenersPerWebhook;
    if (hasRoom()) return true;
    const now = this.clock();
    if (now - this.#sweptAt < SECOND_MS) return false;
    this.#sweptAt = now;
    for (const each of [...this.#byWebhook.keys()]) this.#forgetEnded(each);
    return hasRoom();
  }

  #forgetEnded(webhookId: string): void {
    const now = this.clock();
    for (const listener of this.#byWebhook.get(webhookId)?.values() ?? [])
      if (listener.until <= now) this.#forget(webhookId, listener);
  }

  #forget(webhookId: string, { id, organisationId }: CallListener): void {
    const listeners = this.#byWebhook.get(webhookId);
    if (listeners?.delete(id) !== true) return;
    if (listeners.size === 0) this.#byWebhook.delete(webhookId);
    const left = (this.#counts.get(organisationId) ?? 1) - 1;
    if (left > 0) this.#counts.set(organisationId, left);
    else this.#counts.delete(organisationId);
    this.#count--;
  }
}
