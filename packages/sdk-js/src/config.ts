/** Node, Deno and Bun have it, a browser has not. */
declare const process: { readonly env?: Readonly<Record<string, string | undefined>> } | undefined;

/** The local platform: an SDK for self-hosters must never send a key to somebody else's host by default. */
const DEFAULT_BASE_URL = 'http://localhost:3000/v1';

/** What the environment says; members are undefined where it says nothing, and everywhere in a browser. */
export function readEnvironment(): { apiKey?: string; baseURL: string; webhookSecret?: string } {
  const env = typeof process === 'undefined' ? {} : (process.env ?? {});
  return {
    apiKey: env['MEINGPT_API_KEY'] || undefined,
    baseURL: env['MEINGPT_BASE_URL'] || DEFAULT_BASE_URL,
    webhookSecret: env['MEINGPT_WEBHOOK_SECRET'] || undefined,
  };
}
