import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import { isPipe, LogDestination, OVERFLOW, type OnLost } from './log-destination.js';
import { counterFromZero } from './metrics.js';

export type { Logger } from 'pino';

const STDOUT = 1;

/** Fields of a line whose values are credentials, whoever logs them; values are replaced before the line is written. */
const REDACTED_PATHS = ['authorization', 'headers.authorization', 'headers.cookie', 'token', 'password', 'secret'];

/** By why: codes of the operating system, or that more lines wait than may. */
const linesLost = counterFromZero('millrace_log_lines_lost_total', 'Log lines that could not be written', 'reason', [
  OVERFLOW,
]);

/** Who writes a log, and from which level on. `mixin`: what each line has beside. */
export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  readonly mixin?: () => object;
}

/**
 * The process's logger: one JSON line each, on stdout. Lines are gathered and written asynchronously; they are flushed
 * when the process ends in any way but SIGKILL. Lines that cannot be written are counted and lost.
 */
export function createLogger(options: LoggerOptions): Logger {
  const countLost: OnLost = (lines, reason) => linesLost.inc({ reason }, lines);
  const destination = new LogDestination(
    STDOUT,
    isPipe(STDOUT) ? process.stdout : undefined,
    countLost,
    (lines, reason) => logger.warn({ lines, reason }, 'Log lines could not be written and are lost'),
  );
  const logger = createLoggerTo(destination, options);
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(ignoreError)) stream.on('error', ignoreError);
  }
  destinations.add(destination);
  if (!process.listeners('exit').includes(flushAll)) process.once('exit', flushAll);
  return logger;
}

/** Of all loggers: many of them, as in tests, are no reason for Node to warn of as many listeners. */
const destinations = new Set<LogDestination>();

function flushAll(): void {
  for (const destination of destinations) destination.flushSync();
}

/** The same logger with its lines elsewhere. */
export function createLoggerTo(destination: DestinationStream, { service, level, mixin }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      ...(mixin === undefined ? {} : { mixin }),
    },
    destination,
  );
}

/** A logger that writes nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ enabled: false }, { write: () => undefined });
}

/** Without a listener a refused write of anybody's (Node's warnings, a library) would end the process. One serves all loggers. */
function ignoreError(): void {
  // What is lost of our own lines is counted where it is written.
}

/** Lets Nest's own messages go through the process's logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    // Nest's start-up chatter (one line per route and module) is of use to its developers only.
    this.#write('debug', message, context);
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    if (message instanceof Error) this.logger.error({ err: message, context }, message.message);
    else this.logger.error({ context, stack }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.#write('warn', message, context);
  }

  debug(message: unknown, context?: unknown): void {
    this.#write('debug', message, context);
  }

  verbose(message: unknown, context?: unknown): void {
    this.#write('trace', message, context);
  }

  #write(level: 'trace' | 'debug' | 'info' | 'warn', message: unknown, context: unknown): void {
    if (typeof message === 'string') this.logger[level]({ context }, message);
    else this.logger[level]({ context, detail: message }, 'message of the framework');
  }
}
