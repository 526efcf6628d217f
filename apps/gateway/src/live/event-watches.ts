import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, WatchEvents } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';

/** Between two signs that the events of an organisation are followed: several fail before the last one is over. */
const RENEW_MS = LIMITS.eventWatchMs / 5;

interface Watch {
  streams: number;
  timer: NodeJS.Timeout;
}

/** Sees to it that services tell the events of the organisations that are followed here. */
@Injectable()
export class EventWatches {
  readonly #watches = new Map<string, Watch>();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'debug'>,
  ) {}

  /** Resolves when they are told, with the function that ends it. Throws SERVICE_UNAVAILABLE. */
  async begin(organisationId: string): Promise<() => void> {
    const known = this.#watches.get(organisationId);
    if (known) known.streams++;
    else {
      await this.bus.request(WatchEvents, { organisation_id: organisationId });
      const watch = this.#watches.get(organisationId) ?? { streams: 0, timer: this.#renewing(organisationId) };
      watch.streams++;
      this.#watches.set(organisationId, watch);
    }
    return () => this.#end(organisationId);
  }

  #renewing(organisationId: string): NodeJS.Timeout {
    const renew = async () => {
      try {
        await this.bus.request(WatchEvents, { organisation_id: organisationId });
      } catch (error) {
        this.logger.debug({ err: error, organisationId }, 'That events are followed could not be renewed yet');
      }
    };
    return setInterval(() => void renew(), RENEW_MS);
  }

  #end(organisationId: string): void {
    const watch = this.#watches.get(organisationId);
    if (watch === undefined || --watch.streams > 0) return;
    clearInterval(watch.timer);
    this.#watches.delete(organisationId);
  }
}
