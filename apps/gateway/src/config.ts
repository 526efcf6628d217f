import { baseConfigShape, loadConfig, port } from '@millrace/service-kit/config';
import { z } from 'zod';

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  /** The public HTTP port. */
  MILLRACE_PORT: port.default(3000),
  /** The address it is bound to. */
  MILLRACE_HOST: z.string().default('127.0.0.1'),
  /** Redis, which counts calls over all gateways. */
  MILLRACE_REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a Redis URL such as redis://127.0.0.1:6379' }),
  /** Calls of the API that an organisation may make in an hour. */
  MILLRACE_RATE_LIMIT_API_PER_HOUR: z.coerce.number().int().positive().default(1_000),
  /** Executions that an organisation may start by API call in a minute. */
  MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE: z.coerce.number().int().positive().default(100),
  /** Webhook calls that an organisation may receive in a minute. */
  MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE: z.coerce.number().int().positive().default(500),
});

/** The gateway's settings, read once. */
export type GatewayConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): GatewayConfig {
  return loadConfig(configSchema);
}
