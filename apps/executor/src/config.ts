import { OWN_LANES, RUN_LANES } from '@millrace/contracts';
import {
  aiConfigShape,
  baseConfigShape,
  loadConfig,
  redisConfigShape,
  SECRET,
  startRateConfigShape,
  storageQuotaConfigShape,
} from '@millrace/service-kit/config';
import { masterKeysConfigShape, secretUsesConfigShape } from '@millrace/service-kit/sealing';
import { allowedHostsConfigShape, httpRoutesConfigShape } from '@millrace/service-kit/safe-http';
import { z } from 'zod';
import type { CallsToOrigin } from './http/origin-pace.js';
import { checkMail, mailConfigShape } from './mail/mail-config.js';

/** The settings that are the executor's own, each with a default. */
export const ownConfigSchema = z.object({
  ...storageQuotaConfigShape,
  ...startRateConfigShape,
  MILLRACE_REDIS_URL: redisConfigShape.MILLRACE_REDIS_URL.optional()
    .describe(
      'Redis, which counts over all processes what organisations have stored; without it only the bytes of starts count',
    )
    .meta(SECRET),
  ...masterKeysConfigShape,
  ...secretUsesConfigShape,
  ...aiConfigShape,
  // By default 64 for an organisation that is alone.
  MILLRACE_EXECUTOR_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(RUN_LANES + 1)
    .max(10_000)
    .default(88)
    .describe(
      `executions that one process runs at the same time; at least ${RUN_LANES + 1}: one for each shared lane of the queue, and one for the others`,
    ),
  // 1 lets the first organisation have all. What an organisation has beyond waits, without a slot and without holding up others.
  MILLRACE_EXECUTOR_ORGANISATION_SHARE: z.coerce
    .number()
    .min(0.01)
    .max(1)
    .default(0.75)
    .describe('share of the slots that one organisation may take while no other needs them; 0.01 to 1'),
  MILLRACE_EXECUTOR_ORIGIN_SHARE: z.coerce
    .number()
    .min(0.01)
    .max(1)
    .default(0.25)
    .describe(
      'executions of one organisation that may call one service (scheme, host and port) at the same time in one process, as a share of its slots, unless it responds quickly; 0.01 to 1',
    ),
  MILLRACE_EXECUTOR_OWN_LANES: z.coerce
    .number()
    .int()
    .min(0)
    .max(OWN_LANES)
    .default(8)
    .describe(
      `organisations with a backlog that have a lane of the queue to themselves at the same time; 0 to ${OWN_LANES}, the same for all executors`,
    ),
  ...allowedHostsConfigShape,
  ...httpRoutesConfigShape,
  ...mailConfigShape,
});

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({ ...baseConfigShape, ...ownConfigSchema.shape }).superRefine(checkMail);

/** See {@link ownConfigSchema}. */
export type OwnConfig = Readonly<z.output<typeof ownConfigSchema>>;

/** The executor's settings, read once. */
export type ExecutorConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): ExecutorConfig {
  return loadConfig(configSchema);
}

/** Executions of one organisation whose HTTP steps call one origin at the same time in one process. */
export function callsToOrigin(
  config: Pick<
    OwnConfig,
    'MILLRACE_EXECUTOR_CONCURRENCY' | 'MILLRACE_EXECUTOR_ORGANISATION_SHARE' | 'MILLRACE_EXECUTOR_ORIGIN_SHARE'
  >,
): CallsToOrigin {
  const slots = config.MILLRACE_EXECUTOR_CONCURRENCY;
  const share = Math.max(1, Math.floor(slots * config.MILLRACE_EXECUTOR_ORIGIN_SHARE));
  const ofOrganisation = Math.floor(slots * config.MILLRACE_EXECUTOR_ORGANISATION_SHARE);
  // A service that was quick and hangs leaves an organisation as many slots for everything else.
  return { share, most: Math.max(share, ofOrganisation - share) };
}
