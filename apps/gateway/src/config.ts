import { baseConfigShape, loadConfig, port } from '@millrace/service-kit/config';
import { z } from 'zod';

const schema = z.object({
  ...baseConfigShape,
  /** The public HTTP port. */
  MILLRACE_PORT: port.default(3000),
  /** The address it is bound to. */
  MILLRACE_HOST: z.string().default('127.0.0.1'),
});

/** The gateway's settings, read once. */
export type GatewayConfig = Readonly<z.output<typeof schema>>;

/** Injection token of the settings. */
export const GATEWAY_CONFIG = Symbol('GATEWAY_CONFIG');

/** Reads the settings; with problems it lists them all and ends the process. */
export function readConfig(): GatewayConfig {
  return loadConfig(schema);
}
