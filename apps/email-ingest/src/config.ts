import {
  baseConfigShape,
  loadConfig,
  mongoConfigShape,
  redisConfigShape,
  storageQuotaConfigShape,
} from '@millrace/service-kit/config';
import { allowedHostsConfigShape } from '@millrace/service-kit/safe-http';
import { masterKeysConfigShape } from '@millrace/service-kit/sealing';
import { z } from 'zod';

const seconds = (byDefault: number) => z.coerce.number().min(0.2).max(3_600).default(byDefault);

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  ...mongoConfigShape,
  ...redisConfigShape,
  ...storageQuotaConfigShape,
  ...masterKeysConfigShape,
  ...allowedHostsConfigShape,
  MILLRACE_MAILBOX_POLL_SECONDS: seconds(30).describe(
    'between two looks into a mailbox whose server says nothing; the same in all replicas',
  ),
  MILLRACE_MAILBOX_LEASE_SECONDS: seconds(30).describe(
    'time after which another replica watches the mailboxes of one that has gone silent',
  ),
  MILLRACE_MAILBOX_REFRESH_SECONDS: seconds(2).describe('between two looks for mailboxes that are new or changed'),
  MILLRACE_MAILBOXES_WATCHED: z.coerce
    .number()
    .int()
    .positive()
    .default(1_000)
    .describe('mailboxes that one process watches; others are left to its replicas'),
});

/** The service's settings, read once. */
export type EmailIngestConfig = Readonly<z.output<typeof configSchema>>;

/** Injection token of the settings. */
export const CONFIG = Symbol('email-ingest:config');

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): EmailIngestConfig {
  return loadConfig(configSchema);
}
