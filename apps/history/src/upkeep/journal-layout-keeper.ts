import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';

/** Injection token of the number of journal streams that new executions are to have at least. */
export const JOURNAL_SHARDS = Symbol('history:journal-shards');

/** Also the time in which all services get a step towards a stream's end, before the next one. */
const ROUND_MS = 60_000;

/**
 * How long a new layout is in use before streams of the one before it may go: until nothing waits any more that has its journal there. What goes on after a long wait
 * writes where it began, for the order of entries is that of a stream. A week is for executions that waited in the queue first.
 */
const IN_USE_MS = LIMITS.executionWaitMs + 7 * 24 * 60 * 60_000;

/** Gives the journal the streams that the installation is set to have, and takes drained ones away. */
@Injectable()
export class JournalLayoutKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(JOURNAL_SHARDS) private readonly shards: number,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.bus.journalStreams.grow(this.shards);
        await this.bus.journalStreams.retire(IN_USE_MS);
      } catch (error) {
        if (!signal.aborted) this.logger.warn({ err: error }, 'The layout of the journal has to wait');
      }
      await sleep(ROUND_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
