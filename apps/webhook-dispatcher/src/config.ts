import { baseConfigShape, loadConfig } from '@millrace/service-kit/config';
import { z } from 'zod';

const schema = z.object(baseConfigShape);

/** The dispatcher's settings, read once. */
export type WebhookDispatcherConfig = Readonly<z.output<typeof schema>>;

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): WebhookDispatcherConfig {
  return loadConfig(schema);
}
