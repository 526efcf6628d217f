import {
  baseConfigShape,
  loadConfig,
  mongoConfigShape,
  redisConfigShape,
  storageQuotaConfigShape,
} from '@millrace/service-kit/config';
import { allowedHostsConfigShape, httpRoutesConfigShape } from '@millrace/service-kit/safe-http';
import { masterKeysConfigShape, secretUsesConfigShape } from '@millrace/service-kit/sealing';
import { z } from 'zod';

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  ...mongoConfigShape,
  ...redisConfigShape,
  ...storageQuotaConfigShape,
  ...masterKeysConfigShape,
  ...allowedHostsConfigShape,
  ...httpRoutesConfigShape,
  ...secretUsesConfigShape,
  MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE: z.coerce
    .number()
    .int()
    .positive()
    .default(500)
    .describe('webhook calls that an organisation receives in a minute; `RATE_LIMIT_EXCEEDED` beyond'),
});

/** The dispatcher's settings, read once. */
export type WebhookDispatcherConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): WebhookDispatcherConfig {
  return loadConfig(configSchema);
}
