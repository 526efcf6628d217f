import { baseConfigShape, loadConfig, mongoConfigShape, type Config } from '@millrace/service-kit/config';
import { z } from 'zod';

const shape = { ...baseConfigShape, ...mongoConfigShape };

/** The settings of `history`. */
export type HistoryConfig = Config<typeof shape>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): HistoryConfig {
  return loadConfig(z.object(shape));
}
