import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from '../logger.js';

/** Nest's logger in our shape, for a service that hands in none of its own. */
export function nestLogger(): Logger {
  const logger = new NestLogger('Messaging');
  const line = (fields: object, message: string) => `${message} ${JSON.stringify(fields)}`;
  return {
    debug: (fields, message) => logger.debug(line(fields, message)),
    info: (fields, message) => logger.log(line(fields, message)),
    warn: (fields, message) => logger.warn(line(fields, message)),
    error: (fields, message) => logger.error(line(fields, message)),
  };
}
