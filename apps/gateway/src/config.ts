import { isIP } from 'node:net';
import { API_TOKEN_FORM } from '@millrace/contracts';
import {
  baseConfigShape,
  loadConfig,
  port,
  redisConfigShape,
  SECRET,
  startRateConfigShape,
  storageQuotaConfigShape,
} from '@millrace/service-kit/config';
import { z } from 'zod';

/** An address, or a network such as 10.0.0.0/8. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

const limit = (calls: number) => z.coerce.number().int().positive().default(calls);

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  ...redisConfigShape,
  ...storageQuotaConfigShape,
  ...startRateConfigShape,
  MILLRACE_PORT: port.default(3000).describe('the public HTTP port'),
  MILLRACE_HOST: z.string().default('127.0.0.1').describe('address of that port; `0.0.0.0` in a container'),
  MILLRACE_RATE_LIMIT_API_PER_HOUR: limit(1_000).describe('calls of the API by an organisation in an hour'),
  MILLRACE_RATE_LIMIT_REFUSED_WEBHOOKS_PER_MINUTE: limit(100).describe(
    'calls of one address in a minute with an unknown API token, or to a webhook that refuses them (unknown address, wrong method or header), counted by each gateway',
  ),
  MILLRACE_OPERATOR_TOKEN: z
    .string()
    .regex(
      API_TOKEN_FORM,
      'must be 22 to 512 printable characters without spaces: make one with "openssl rand -hex 20"',
    )
    .optional()
    .describe(
      'token (22–512 printable characters) of the operator, which opens `/v1/organisations`, `/v1/dead-letters` and `/v1/system` and nothing else; without it these are open to nobody',
    )
    .meta(SECRET),
  MILLRACE_TOKEN_USE_SECONDS: z.coerce
    .number()
    .min(0.05)
    .default(30)
    .describe('between two reports of when API tokens were used last'),
  MILLRACE_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .refine((networks) => networks.every(isNetwork), 'must be addresses and networks such as 10.0.0.0/8,192.0.2.1')
    .describe('proxies in front of it, addresses and networks (`10.0.0.0/8,…`), whose `X-Forwarded-For` is believed'),
});

/** The gateway's settings, read once. */
export type GatewayConfig = Readonly<z.output<typeof configSchema>>;

/** Injection token of the settings. */
export const CONFIG = Symbol('gateway:config');

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): GatewayConfig {
  return loadConfig(configSchema);
}
