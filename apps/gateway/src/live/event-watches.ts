import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LIMITS, WATCHED_AT_LEAST_MS, WatchEvents } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';

/** Between two signs that the events of an organisation are followed. */
const RENEW_MS = LIMITS.eventWatchMs / 5;
/** Between a sign that failed and the next one. */
const RETRY_MS = 5_000;

interface Watch {
  /** Called when events are announced no more. */
  readonly followers: Set<() => void>;
  /** Until then events are announced for sure; by `performance.now()`. */
  until: number;
  timer: NodeJS.Timeout | undefined;
}

/** Sees to it that services announce the events of the organisations that are followed here. */
@Injectable()
export class EventWatches implements OnModuleDestroy {
  readonly #watches = new Map<string, Watch>();
  /** Questions without an answer yet: until when events are announced. */
  readonly #asked = new Map<string, Promise<number>>();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  onModuleDestroy(): void {
    for (const { timer } of this.#watches.values()) clearTimeout(timer);
  }

  /**
   * Resolves when they are announced, with the function that ends it. `untold` is called when they are announced no more, as nobody could be asked to for too
   * long: what happens from then on is missing. Throws SERVICE_UNAVAILABLE.
   */
  async begin(organisationId: string, untold: () => void): Promise<() => void> {
    const known = this.#watches.get(organisationId);
    if (known && known.until <= performance.now()) this.#lapse(organisationId, known);
    const watch = this.#watches.get(organisationId) ?? this.#watched(organisationId, await this.#ask(organisationId));
    const follower = () => untold();
    watch.followers.add(follower);
    return () => {
      if (watch.followers.delete(follower) && watch.followers.size === 0) this.#forget(organisationId, watch);
    };
  }

  #watched(organisationId: string, until: number): Watch {
    const known = this.#watches.get(organisationId);
    if (known) return known;
    const watch: Watch = { followers: new Set(), until, timer: undefined };
    this.#watches.set(organisationId, watch);
    this.#renewIn(RENEW_MS, organisationId, watch);
    return watch;
  }

  /** One question at a time for each organisation. */
  #ask(organisationId: string): Promise<number> {
    const asked = this.#asked.get(organisationId);
    if (asked) return asked;
    const until = performance.now() + WATCHED_AT_LEAST_MS;
    const answer = this.bus
      .request(WatchEvents, { organisation_id: organisationId })
      .then(() => until)
      .finally(() => this.#asked.delete(organisationId));
    this.#asked.set(organisationId, answer);
    return answer;
  }

  #renewIn(ms: number, organisationId: string, watch: Watch): void {
    watch.timer = setTimeout(() => void this.#renew(organisationId, watch), ms);
  }

  async #renew(organisationId: string, watch: Watch): Promise<void> {
    let pause = RENEW_MS;
    try {
      watch.until = await this.#ask(organisationId);
    } catch (error) {
      this.logger.warn({ err: error, organisationId }, 'That events are followed could not be renewed yet');
      pause = RETRY_MS;
    }
    if (this.#watches.get(organisationId) !== watch) return;
    if (watch.until <= performance.now()) this.#lapse(organisationId, watch);
    else this.#renewIn(pause, organisationId, watch);
  }

  #lapse(organisationId: string, watch: Watch): void {
    this.#forget(organisationId, watch);
    for (const untold of watch.followers) untold();
    watch.followers.clear();
  }

  #forget(organisationId: string, watch: Watch): void {
    clearTimeout(watch.timer);
    if (this.#watches.get(organisationId) === watch) this.#watches.delete(organisationId);
  }
}
