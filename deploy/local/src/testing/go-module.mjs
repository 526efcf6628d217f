import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../failure.mjs';
import { parseJson } from '../json-file.mjs';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { onPath, runStep } from '../runtime/host.mjs';

/**
 * A module of Go with the sum of its content. What it needs itself is pinned by the sums in it.
 *
 * @typedef {{ module: string, version: string, sum: string }} GoModule
 */

/**
 * The folder of programs of a module, which are in its `bin`: built from their sources once.
 *
 * @param {{ what: string, name: string, of: Parameters<typeof removeOthers>[2], wanted: GoModule, programs: Record<string, string>, also?: (folder: string, source: string) => void }} made
 *   `what`: how messages name them; `name`: what the folder's name begins with; `also`: puts more of the sources into the folder
 * @param {{ runtimeDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 * @returns {Promise<string>}
 * @throws {Failure} when they cannot be built
 */
export async function ensurePrograms({ what, name, of, wanted, programs, also }, { runtimeDir, env: users, say }) {
  const folder = programsFolder({ name, wanted, programs }, runtimeDir);
  if (existsSync(folder)) return folder;
  requireGo(users, what);
  const env = goEnvironment(users);
  await buildOnce(folder, {
    say,
    build: async (part) => {
      const source = await downloadModule(wanted, { folder: part, env });
      const definition = readFileSync(join(source, 'go.mod'), 'utf8');
      also?.(part, source);
      await buildPrograms({ folder: part, source, definition, programs, linkFlags: '-s -w', env, say });
    },
  });
  removeOthers(runtimeDir, [basename(folder)], of);
  return folder;
}

/**
 * Where the programs of a module are, once they are built.
 *
 * @param {{ name: string, wanted: GoModule, programs: Record<string, string> }} made
 * @param {string} runtimeDir
 */
export function programsFolder({ name, wanted, programs }, runtimeDir) {
  const recipe = createHash('sha256').update(JSON.stringify([wanted, programs]));
  return join(runtimeDir, `${name}-${recipe.digest('hex').slice(0, 12)}`);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} what is built
 * @throws {Failure} without Go
 */
export function requireGo(env, what) {
  if (!onPath('go', env)) throw new Failure(`Building ${what} needs Go 1.26 or later.`);
}

/**
 * The environment in which modules are downloaded and built.
 *
 * @param {NodeJS.ProcessEnv} users
 * @returns {NodeJS.ProcessEnv}
 */
export function goEnvironment(users) {
  return { ...users, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' };
}

/**
 * @param {GoModule} wanted
 * @param {{ folder: string, env: NodeJS.ProcessEnv }} where `folder`: one without a module of its own
 * @returns {Promise<string>} where the sources are
 * @throws {Failure} when the content is another one
 */
export async function downloadModule({ module, version, sum }, { folder, env }) {
  const lines = await runStep(['go', 'mod', 'download', '-json', `${module}@${version}`], {
    what: `Downloading ${module}`,
    cwd: folder,
    env,
  });
  const text = lines.slice(lines.indexOf('{')).join('\n');
  const { Dir: dir, Sum: has } = /** @type {{ Dir: string, Sum: string }} */ (parseJson(text));
  if (has !== sum) throw new Failure(`${module} ${version} is not the module that it was (${has}).`);
  return dir;
}

/**
 * Builds programs of a module into `bin` of a folder. The sources stay as they are in Go's cache: the module's definition and sums are copies.
 *
 * @param {{ folder: string, source: string, definition: string, programs: Record<string, string>, linkFlags: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} build
 *   `definition`: the text of its go.mod; `programs`: packages by the names of what they are built as
 */
export async function buildPrograms({ folder, source, definition, programs, linkFlags, env, say }) {
  const module = join(folder, 'module');
  for (const made of [module, join(folder, 'bin')]) mkdirSync(made);
  writeFileSync(join(module, 'go.mod'), definition);
  copyFileSync(join(source, 'go.sum'), join(module, 'go.sum'));
  for (const [program, from] of Object.entries(programs)) {
    say(`building ${program}`);
    const options = ['-mod=mod', `-modfile=${join(module, 'go.mod')}`, '-trimpath', '-ldflags', linkFlags];
    await runStep(['go', 'build', '-C', source, ...options, '-o', join(folder, 'bin', program), from], {
      what: `Building ${program}`,
      env,
    });
  }
}
