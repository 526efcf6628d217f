import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { buildPrograms, downloadModule, goEnvironment, requireGo } from './go-module.mjs';

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
export async function ensureNatsProgram({ runtimeDir, env: users, say }) {
  const recipe = createHash('sha256').update(JSON.stringify([NATS, PROGRAMS]));
  const name = `nats-${recipe.digest('hex').slice(0, 12)}`;
  const folder = join(runtimeDir, name);
  if (!existsSync(folder)) {
    requireGo(users, "NATS's program");
    const env = goEnvironment(users);
    await buildOnce(folder, {
      say,
      build: async (part) => {
        const source = await downloadModule(NATS, { folder: part, env });
        const definition = readFileSync(join(source, 'go.mod'), 'utf8');
        await buildPrograms({ folder: part, source, definition, programs: PROGRAMS, linkFlags: '-s -w', env, say });
      },
    });
    removeOthers(runtimeDir, [name], 'nats');
  }
  return join(folder, 'bin');
}
