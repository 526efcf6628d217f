import { RUN_LANES } from '@millrace/contracts';
import { baseConfigShape, loadConfig } from '@millrace/service-kit/config';
import { AllowList } from '@millrace/service-kit/safe-http';
import { z } from 'zod';

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  /** Executions that one process runs at the same time; each lane of the queue needs a slot. */
  MILLRACE_EXECUTOR_CONCURRENCY: z.coerce.number().int().min(RUN_LANES).max(10_000).default(64),
  /** Hosts, domains and networks that HTTP steps may call although they are not public. */
  MILLRACE_HTTP_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return AllowList.parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
});

/** The executor's settings, read once. */
export type ExecutorConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): ExecutorConfig {
  return loadConfig(configSchema);
}
