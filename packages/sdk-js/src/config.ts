import { UsageError } from './errors.js';
import type { Logger } from './options.js';

/** Node, Deno and Bun have it, a browser has not. */
declare const process: { readonly env?: Readonly<Record<string, string | undefined>> } | undefined;

/** The local platform: an SDK for self-hosters must never send a key to somebody else's host by default. */
const DEFAULT_BASE_URL = 'http://localhost:3000/v1';

/** By the value of `MEINGPT_LOG`: what is logged goes to standard error. */
const LOGGERS: Readonly<Record<string, Logger>> = {
  debug: { debug: (message) => console.error(message), warn: (message) => console.error(message) },
  warn: { warn: (message) => console.error(message) },
};

/** What the environment says; members are undefined where it says nothing, and everywhere in a browser. Throws UsageError. */
export function readEnvironment(): { apiKey?: string; baseURL: string; webhookSecret?: string; logger: Logger } {
  const env = typeof process === 'undefined' ? {} : (process.env ?? {});
  const level = env['MEINGPT_LOG'] || undefined;
  const logger = level === undefined ? {} : LOGGERS[level];
  if (logger === undefined) throw new UsageError(`MEINGPT_LOG is debug or warn, not ${JSON.stringify(level)}.`);
  return {
    apiKey: env['MEINGPT_API_KEY'] || undefined,
    baseURL: env['MEINGPT_BASE_URL'] || DEFAULT_BASE_URL,
    webhookSecret: env['MEINGPT_WEBHOOK_SECRET'] || undefined,
    logger,
  };
}
