import { baseConfigShape, loadConfig, mongoConfigShape } from '@millrace/service-kit/config';
import { z } from 'zod';

/** The settings of `history`; `npm start` passes it exactly these. */
export const configSchema = z.object({ ...baseConfigShape, ...mongoConfigShape });
export type HistoryConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): HistoryConfig {
  return loadConfig(configSchema);
}
