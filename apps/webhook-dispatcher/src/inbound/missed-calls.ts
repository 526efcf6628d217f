import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { WebhookCallShown } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { CLOCK, type Clock } from '../outbound/clock.js';
import { SECOND_MS, type CallListener } from './call-listeners.js';

/** Reports to listeners how many calls they have missed when no later call does. */
@Injectable()
export class MissedCalls implements OnModuleDestroy {
  readonly #timers = new Map<CallListener, NodeJS.Timeout>();

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'tell'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleDestroy(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** With the next second, unless a call that is shown has brought it by then. */
  tellSoon(listener: CallListener): void {
    if (this.#timers.has(listener)) return;
    const tell = (): void => {
      this.#timers.delete(listener);
      void this.#tell(listener);
    };
    this.#timers.set(listener, setTimeout(tell, SECOND_MS - (this.clock() % SECOND_MS)));
  }

  async #tell(listener: CallListener): Promise<void> {
    const missed = listener.takeMissed();
    if (missed === 0) return;
    try {
      await this.bus.tell(WebhookCallShown, { listener_id: listener.id, missed });
    } catch {
      listener.miss(missed);
      if (listener.until > this.clock()) this.tellSoon(listener);
    }
  }
}
