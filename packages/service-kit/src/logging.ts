import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Fields whose values are credentials wherever they stand; values are replaced before a line is written. */
const REDACTED_PATHS = ['authorization', 'headers.authorization', 'headers.cookie', 'token', 'password', 'secret'];

/**
 * The process's logger: one JSON line each, on stdout. Lines are gathered (4 KB or one second) because synchronous
 * logging costs a quarter of the throughput; they are flushed when the process ends in any way but SIGKILL.
 */
export function createLogger(options: { service: string; level: string }): Logger {
  const destination = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 });
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    destination,
  );
  process.once('exit', () => {
    try {
      destination.flushSync();
    } catch {
      // Nothing was written yet, so there is nothing to lose.
    }
  });
  return logger;
}

/** Lets Nest's own messages go through the process's logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    // Nest's start-up chatter (one line per route and module) is of use to its developers only.
    this.write('debug', message, context);
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    if (message instanceof Error) this.logger.error({ err: message, context }, message.message);
    else this.logger.error({ context, stack }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.write('warn', message, context);
  }

  debug(message: unknown, context?: unknown): void {
    this.write('debug', message, context);
  }

  verbose(message: unknown, context?: unknown): void {
    this.write('trace', message, context);
  }

  private write(level: 'trace' | 'debug' | 'info' | 'warn', message: unknown, context: unknown): void {
    if (typeof message === 'string') this.logger[level]({ context }, message);
    else this.logger[level]({ context, detail: message }, 'message of the framework');
  }
}
