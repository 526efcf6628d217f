/** Where this package reports what happened: the shape of a pino logger, so that one can be handed in as it is. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Whether lines of a level are written; none of `debug` are by default. */
  isLevelEnabled?(level: string): boolean;
}

/** Says nothing; for tools whose output is their own. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
