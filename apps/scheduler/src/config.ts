import { baseConfigShape, loadConfig, redisConfigShape, storageQuotaConfigShape } from '@millrace/service-kit/config';
import { z } from 'zod';

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  ...redisConfigShape,
  ...storageQuotaConfigShape,
  MILLRACE_SCHEDULER_STARTS_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .default(64)
    .describe('schedules that one scheduler starts executions by at the same time; others wait for their turn'),
});

/** The scheduler's settings, read once. */
export type SchedulerConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): SchedulerConfig {
  return loadConfig(configSchema);
}
