import { join } from 'node:path';
import { ensurePrograms } from './go-module.mjs';

/** @type {import('./go-module.mjs').GoModule} */
const NATS = {
  module: 'github.com/nats-io/natscli',
  version: 'v0.5.0',
  sum: 'h1:3DTd7Lt3GmaOxrB9V1upxE28JSu9bqa3QmsvadOsAkM=',
};
const PROGRAMS = { nats: './nats' };

/**
 * The folder of `nats`, NATS's own program for operators: built from its sources once, which takes up to three minutes.
 *
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<string>}
 * @throws {import('../failure.mjs').Failure} when it cannot be built
 */
export async function ensureNatsProgram(options) {
  const made = { what: "NATS's program", name: 'nats', wanted: NATS, programs: PROGRAMS };
  return join(await ensurePrograms({ ...made, of: 'nats' }, options), 'bin');
}
