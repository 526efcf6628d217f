import type { Logger } from './logging.js';

/**
 * Ends the process in order on SIGTERM or SIGINT: `stop` finishes what is in flight and closes; a second signal, or
 * `graceSeconds` plus five more, ends it at once. A failure that nobody caught ends it with 1: the supervisor or
 * Kubernetes starts a clean process, which is safer than going on in an unknown state.
 */
export function stopOnSignal(options: { logger: Logger; graceSeconds: number; stop: () => Promise<void> }): void {
  const { logger, graceSeconds, stop } = options;
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    if (stopping) {
      logger.warn({ signal }, 'stopping at once');
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal }, 'stopping: finishing what is in flight');
    const timer = setTimeout(
      () => {
        logger.error({ graceSeconds }, 'did not stop in time');
        process.exit(1);
      },
      (graceSeconds + 5) * 1000,
    );
    timer.unref();
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  const die = (error: unknown, what: string): void => {
    logger.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => die(error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => die(error, 'unhandled rejection'));
}
