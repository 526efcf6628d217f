import type { Logger } from './logging.js';

/** How a process ends, or stays without work. */
export interface Ends {
  readonly logger: Logger;
  readonly graceSeconds: number;
  /** Finishes what is in flight. Called once; `stays`: the process is drained, and does not end after it. */
  readonly stop: (stays: boolean) => Promise<void>;
  /** Called when a drain has come to its end. */
  readonly drained?: () => void;
  /** What is left to close when the process ends. */
  readonly close?: () => Promise<void>;
}

/**
 * Ends the process in order on SIGTERM or SIGINT: `stop` finishes what is in flight and `close` closes; a second signal, or
 * `graceSeconds` plus five more, ends it at once. A failure that nobody caught ends it with 1: the supervisor or
 * Kubernetes starts a clean process, which is safer than going on in an unknown state.
 *
 * Returns what drains the process: it stops in the same way and within the same time, and stays until it is signalled. One that would end
 * would be started again at once, where it was.
 */
export function stopOnSignal({ logger, graceSeconds, stop, drained, close }: Ends): () => void {
  let stopping = false;
  let stopped: Promise<void> | undefined;
  const withinGrace = (): NodeJS.Timeout =>
    setTimeout(
      () => {
        logger.error({ graceSeconds }, 'did not stop in time');
        process.exit(1);
      },
      (graceSeconds + 5) * 1000,
    ).unref();
  const failed = (error: unknown): void => {
    logger.error({ err: error }, 'stopping failed');
    process.exit(1);
  };
  const end = (signal: NodeJS.Signals): void => {
    if (stopping) {
      logger.warn({ signal }, 'stopping at once');
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal }, 'stopping: finishing what is in flight');
    withinGrace();
    stopped ??= stop(false);
    stopped
      .then(() => close?.())
      .then(() => {
        logger.info('stopped');
        process.exit(0);
      }, failed);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  const die = (error: unknown, what: string): void => {
    logger.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => die(error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => die(error, 'unhandled rejection'));
  return () => {
    if (stopped !== undefined) return;
    logger.warn('draining for the operator: finishing what is in flight, taking nothing new');
    const timer = withinGrace();
    stopped = stop(true);
    stopped.then(() => {
      clearTimeout(timer);
      drained?.();
      logger.warn('drained: without work until the process is ended');
    }, failed);
  };
}
