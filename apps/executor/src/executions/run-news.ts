import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ExecutionNudged, nudgedExecution } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';

/** A run that nobody nudges looks at its journal this often, from when it has run for so long. */
const LOOK_INTERVAL_MS = 5_000;

/** Looks at what others have written into the journal of a run. */
type Look = () => Promise<void>;

/** Where a run is looked up. It is emptied when the run is over, because a `Map` leaves old tables behind (see roster.ts). */
interface Place {
  look: Look | undefined;
}

/**
 * Lets the runs of this process know at once when somebody else has written into their journals: a run that appends finds it out by itself, but one that
 * waits for an answer does not append for minutes. A nudge may be lost, so those that run for long look by themselves too.
 */
@Injectable()
export class RunNews implements OnModuleInit, OnModuleDestroy {
  readonly #runs = new Map<string, Place>();
  #running: ReadonlySet<Look> = new Set();
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'listen'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#stopListening = await this.bus.listen(ExecutionNudged, {
      heard: (messageId) => void this.#look(this.#runs.get(nudgedExecution(messageId))?.look),
      missed: () => void this.#lookAtAll(this.#looks()),
    });
    this.#timer = setInterval(() => void this.#lookAtOld(), LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    this.#stopListening?.();
    clearInterval(this.#timer);
  }

  /** From now on `look` is called when there may be news for the run of an execution. Returns how to end that. */
  watch(executionId: string, look: Look): () => void {
    const place: Place = { look };
    this.#runs.set(executionId, place);
    return () => {
      place.look = undefined;
      if (this.#runs.get(executionId) === place) this.#runs.delete(executionId);
    };
  }

  #looks(): Look[] {
    return [...this.#runs.values()].flatMap(({ look }) => look ?? []);
  }

  async #lookAtOld(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const running = new Set(this.#looks());
    await this.#lookAtAll([...running].filter((look) => this.#running.has(look)));
    this.#running = running;
    this.#isLooking = false;
  }

  /** One after the other: there may be many, and none is in a hurry. */
  async #lookAtAll(looks: readonly Look[]): Promise<void> {
    for (const look of looks) await this.#look(look);
  }

  async #look(look: Look | undefined): Promise<void> {
    try {
      await look?.();
    } catch (error) {
      this.logger.debug({ err: error }, 'The journal of a run could not be looked at; it is looked at again');
    }
  }
}
