import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { parseJson, readJson, writeJson } from '../json-file.mjs';
import { runStep } from '../runtime/host.mjs';
import { fingerprintDependencies, fingerprintFiles, workspaceFolders } from './fingerprint.mjs';

export { workspaceFolders } from './fingerprint.mjs';

/**
 * What this checkout needs before anything in it can run. It is remembered inside node_modules, so it is forgotten with them.
 *
 * @typedef {object} WorkspaceOptions
 * @property {string} repoRoot
 * @property {NodeJS.ProcessEnv} env
 * @property {import('../progress.mjs').Progress} progress
 */

/** @typedef {{ packageManager?: string, scripts?: Record<string, string> }} Manifest */
/** @typedef {{ install?: string, build?: string }} Stamps what was installed and built last */

/** How often it is looked how far a build has come. */
const BUILD_LOOK_MS = 1_000;

/** @param {string} repoRoot */
const stampsFile = (repoRoot) => join(repoRoot, 'node_modules', '.cache', 'millrace', 'stamps.json');

/** @param {string} repoRoot */
const stampsOf = (repoRoot) => /** @type {Stamps} */ (readJson(stampsFile(repoRoot)) ?? {});

/**
 * The command line of the pinned pnpm; `npx` fetches it once.
 *
 * @param {string} repoRoot
 * @returns {string[]}
 */
export function pnpmCommand(repoRoot) {
  const { packageManager } = /** @type {Required<Manifest>} */ (
    parseJson(readFileSync(join(repoRoot, 'package.json'), 'utf8'))
  );
  return ['npx', '--yes', packageManager];
}

/**
 * The environment for the workspace's tools: never a question on a terminal, never a hidden update check.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnv(env) {
  // Under `npm test --silent` pnpm would be silent too, and a failed install without a word.
  const { NODE_OPTIONS: _options, npm_config_loglevel: _loglevel, ...rest } = env;
  return { ...rest, CI: 'true', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NO_UPDATE_NOTIFIER: '1' };
}

/**
 * Installs the dependencies exactly as the lock file says, unless that was done already.
 *
 * @param {WorkspaceOptions} options
 */
export async function installDependencies({ repoRoot, env, progress }) {
  requireNode();
  const wanted = fingerprintDependencies(repoRoot);
  if (existsSync(join(repoRoot, 'node_modules', '.modules.yaml')) && stampsOf(repoRoot).install === wanted) return;
  await progress.track('dependencies', (say) => {
    say('fetching pnpm');
    const onLine = (/** @type {string} */ line) => {
      const counts = line.match(/^Progress: .*?(reused \d+, downloaded \d+, added \d+)/)?.[1];
      if (counts) say(`installing (${counts})`);
    };
    const command = [...pnpmCommand(repoRoot), 'install', '--frozen-lockfile', '--reporter=append-only'];
    return runStep(command, { what: 'Installing the dependencies', cwd: repoRoot, env: toolEnv(env), onLine });
  });
  stamp(repoRoot, { install: wanted, build: undefined });
}

/**
 * Builds every package and app that has changed, unless nothing has changed at all since the last time.
 *
 * @param {WorkspaceOptions} options
 */
export async function buildWorkspace({ repoRoot, env, progress }) {
  const folders = workspaceFolders(repoRoot).filter((folder) => /^(apps|packages)\//.test(folder));
  const sources = folders.flatMap((folder) =>
    ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'].map((part) => `${folder}/${part}`),
  );
  const wanted = fingerprintFiles(repoRoot, ['tsconfig.base.json', 'turbo.json', 'pnpm-lock.yaml', ...sources]);
  const built = (/** @type {string} */ folder) =>
    /** @type {Manifest | undefined} */ (readJson(join(repoRoot, folder, 'package.json')))?.scripts?.build ===
      undefined || existsSync(join(repoRoot, folder, 'dist'));
  if (stampsOf(repoRoot).build === wanted && folders.every(built)) return;
  await progress.track('build', async (say) => {
    say('compiling what has changed');
    const unbuilt = folders.filter((folder) => !built(folder));
    // The first build takes minutes, and its lines are shown only when it fails.
    const timer = setInterval(() => {
      const done = unbuilt.filter(built).length;
      if (done > 0) say(`compiling (${done} of ${unbuilt.length} packages)`);
    }, BUILD_LOOK_MS);
    const filters = ['--filter=./apps/*', '--filter=./packages/*'];
    const command = [
      ...pnpmCommand(repoRoot),
      'exec',
      'turbo',
      'run',
      'build',
      ...filters,
      '--output-logs=errors-only',
      `--concurrency=${availableParallelism()}`,
    ];
    const cure = 'The lines above are the compiler’s; npm run build shows them again.';
    await runStep(command, { what: 'The build', cwd: repoRoot, env: toolEnv(env), cure }).finally(() =>
      clearInterval(timer),
    );
  });
  stamp(repoRoot, { build: wanted });
}

/**
 * @param {string} repoRoot
 * @param {Record<string, string | undefined>} changes
 */
function stamp(repoRoot, changes) {
  writeJson(stampsFile(repoRoot), { ...stampsOf(repoRoot), ...changes }, 0o644);
}

/**
 * The build is no longer what was built last: the next start compiles what has changed since.
 *
 * @param {string} repoRoot
 */
export function forgetBuild(repoRoot) {
  stamp(repoRoot, { build: undefined });
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if ((major ?? 0) < 20 || (major === 20 && (minor ?? 0) < 19)) {
    throw new Failure(`Millrace needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  }
}
