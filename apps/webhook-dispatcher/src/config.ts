import { baseConfigShape, loadConfig } from '@millrace/service-kit/config';
import { z } from 'zod';

/** The settings of this service; `npm start` passes it exactly these. */
export const configSchema = z.object(baseConfigShape);

/** The dispatcher's settings, read once. */
export type WebhookDispatcherConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): WebhookDispatcherConfig {
  return loadConfig(configSchema);
}
