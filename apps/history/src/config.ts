import { FIRST_JOURNAL_LAYOUT, JOURNAL_SHARDS_MAX } from '@millrace/contracts';
import { baseConfigShape, loadConfig, mongoConfigShape } from '@millrace/service-kit/config';
import { z } from 'zod';
import type { KeepOptions } from './keep-options.js';

/** The settings of `history`; `npm start` passes it exactly these. */
export const configSchema = z.object({
  ...baseConfigShape,
  ...mongoConfigShape,
  MILLRACE_JOURNAL_KEEP_FINISHED_MINUTES: z.coerce
    .number()
    .min(0)
    .default(10)
    .describe('minutes that a finished execution stays whole in the journal after its record is written'),
  // A floor: a lower number than there is changes nothing, so that replicas with different settings do not change it to and fro.
  MILLRACE_JOURNAL_SHARDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(JOURNAL_SHARDS_MAX)
    .default(FIRST_JOURNAL_LAYOUT.generations[0]?.streams.length ?? 1)
    .describe('journal streams that new executions have at least; 1 to 16'),
  MILLRACE_HISTORY_RETENTION_DAYS: z.coerce
    .number()
    .min(0)
    .default(30)
    .describe(
      'days after their end that finished executions are kept, where their workflow does not say it; `0` for ever',
    ),
  MILLRACE_HISTORY_LOST_AFTER_MINUTES: z.coerce
    .number()
    .min(0)
    .default(60)
    .describe(
      'minutes after which it is looked whether anything still runs an execution, or is to wake it; `0` for never',
    ),
  MILLRACE_HISTORY_STATS_DAYS: z.coerce
    .number()
    .min(0)
    .default(90)
    .describe('days that figures about executions are kept; `0` for ever'),
});
export type HistoryConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): HistoryConfig {
  return loadConfig(configSchema);
}

/** How long things are kept, by the settings. */
export function keepOptions(config: HistoryConfig): KeepOptions {
  return {
    journalFinishedMs: config.MILLRACE_JOURNAL_KEEP_FINISHED_MINUTES * 60_000,
    recordsMs: daysOrEver(config.MILLRACE_HISTORY_RETENTION_DAYS),
    lostAfterMs:
      config.MILLRACE_HISTORY_LOST_AFTER_MINUTES === 0 ? null : config.MILLRACE_HISTORY_LOST_AFTER_MINUTES * 60_000,
    statsMs: daysOrEver(config.MILLRACE_HISTORY_STATS_DAYS),
  };
}

function daysOrEver(days: number): number | null {
  return days === 0 ? null : days * 24 * 60 * 60_000;
}
