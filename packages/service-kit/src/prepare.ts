import type { INestApplicationContext } from '@nestjs/common';
import type { Logger } from './logging.js';
import { stopOnSignal } from './shutdown.js';

/** The word behind the name of a service's program that makes it {@link prepare} only. */
export const PREPARE = 'prepare';

/** What is not right with the words behind the name of a service's program; undefined where all is. */
export function wrongWords(service: string, words: readonly string[]): string | undefined {
  if (words.length === 0 || (words.length === 1 && words[0] === PREPARE)) return undefined;
  return `${service} does not know "${words.join(' ')}". Without a word it runs; with "${PREPARE}" it makes its streams, consumers and indexes, and ends.`;
}

/** What there is to prepare, and how. */
export interface Preparation<App extends INestApplicationContext> {
  readonly service: string;
  readonly logger: Logger;
  readonly graceSeconds: number;
  /** Makes streams and consumers as it connects to NATS; what it makes takes no work. */
  readonly create: () => Promise<App>;
  /** Makes what the service has elsewhere. */
  readonly makeIndexes?: ((app: App, logger: Logger) => Promise<void>) | undefined;
}

/**
 * Makes what a service needs on its servers, waiting for them as long as it takes, and ends the process: with 0 once all of it is there, otherwise with 1.
 * It takes no work, listens on no port and deletes nothing; any number may do so at the same time, beside services that run.
 */
export async function prepare<App extends INestApplicationContext>(preparation: Preparation<App>): Promise<never> {
  const { service, logger, graceSeconds, create, makeIndexes } = preparation;
  let app: App | undefined;
  stopOnSignal({
    logger,
    graceSeconds,
    stop: async () => {
      await app?.close();
      // Whoever waits for the end of this process must not take it for done.
      throw new Error(`${service} was stopped before everything was made`);
    },
  });
  try {
    app = await create();
    await makeIndexes?.(app, logger);
    await app.close();
  } catch (error) {
    logger.fatal({ err: error }, `${service} can't prepare`);
    process.exit(1);
  }
  logger.info(`${service} is prepared: its streams, consumers and indexes are there`);
  process.exit(0);
}
