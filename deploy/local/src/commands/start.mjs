import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeFailure } from '../failure.mjs';
import { homePaths, resolveHome } from '../paths.mjs';
import { banner } from '../platform/banner.mjs';
import { readEndpoints } from '../platform/endpoints.mjs';
import { currentOwner } from '../platform/ownership.mjs';
import { startPlatform } from '../platform/platform.mjs';
import { terminalProgress } from '../progress.mjs';
import { endSteps } from '../runtime/host.mjs';
import { ensureRuntime } from '../runtime/private-runtime.mjs';
import { chooseSources } from '../servers/discovery.mjs';
import { buildWorkspace, installDependencies } from '../setup/workspace.mjs';

/** How often it is tried to say how much output was lost. */
const LOST_REPORT_MS = 30_000;

/** @typedef {{ repoRoot: string, env: NodeJS.ProcessEnv }} CommandContext */

/**
 * @param {CommandContext & { background: boolean, watch?: boolean }} context
 *   `watch`: what is changed is compiled, and the services that use it restart
 * @returns {Promise<number>} exit code, after everything has been stopped again
 */
export async function startCommand({ repoRoot, env, background, watch = false }) {
  const began = Date.now();
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const owner = currentOwner(paths);
  if (owner) return sayAlreadyUp(owner, paths);
  surviveFullDisk(process.stdout);
  const progress = terminalProgress(process.stdout);
  let sandbox = /** @type {string | undefined} */ (undefined);
  try {
    const runtimeOptions = {
      runtimeDir: paths.runtime,
      ferretdbDir: join(repoRoot, 'deploy', 'local', 'ferretdb'),
      env,
    };
    const sources = chooseSources(runtimeOptions);
    const workspace = { repoRoot, env, progress };
    const platform = startPlatform({
      repoRoot,
      paths,
      env,
      sources,
      progress,
      watch,
      async runtime() {
        if (!Object.values(sources).some((source) => source.from === 'runtime')) return undefined;
        const runtime = await ensureRuntime({ ...runtimeOptions, cacheDir: paths.cache, progress });
        sandbox = runtime.mode;
        return runtime;
      },
      async prepared() {
        if (env.MILLRACE_SKIP_BUILD) return;
        await installDependencies(workspace);
        await buildWorkspace(workspace);
      },
    });
    const first = await readyOrAsked(platform);
    if (first.up) {
      const seconds = (Date.now() - began) / 1000;
      progress.note(banner({ ...first.up, repoRoot, home: paths.home, seconds, background, sandbox, env }));
      const alive = setInterval(() => {}, 60_000);
      const services = Object.keys(first.up.endpoints.services);
      const options = { repoRoot, services, restart: platform.restart, note: progress.note };
      const stopWatching = watch ? await watchSources(options) : undefined;
      await first.asked;
      stopWatching?.();
      clearInterval(alive);
    }
    progress.note('Stopping: services, then servers …');
    await Promise.all([endSteps(), platform.stop()]);
    progress.note('Stopped.');
    // Work that was under way when Ctrl-C came (a download) must not hold the process.
    if (!first.up) process.exit(130);
    return 0;
  } catch (error) {
    progress.note(`\n${describeFailure(error)}\n`);
    return 1;
  }
}

/**
 * Compiles and restarts what changes, by `packages/development`, which there is no sooner than it is built.
 *
 * @param {{ repoRoot: string, services: readonly string[], restart: (service: string) => Promise<void>, note: (text: string) => void }} options
 * @returns {Promise<() => void>} what ends it
 */
async function watchSources(options) {
  const program = join(options.repoRoot, 'packages', 'development', 'dist', 'watch', 'watch-sources.js');
  const module = /** @type {unknown} */ (await import(pathToFileURL(program).href));
  const { watchSources: watch } = /** @type {{ watchSources: (given: typeof options) => () => void }} */ (module);
  return watch(options);
}

/**
 * Waits for whichever comes first: an impatient Ctrl-C must not wait for a download. Rejects when the platform did not start,
 * after stopping what did.
 *
 * @template Up
 * @param {{ ready: Promise<Up>, stop: () => Promise<void>, kill: () => Promise<void> }} platform
 * @returns {Promise<{ up: Up | undefined, asked: Promise<void> }>} `up` is undefined when it was asked to stop before that
 */
async function readyOrAsked(platform) {
  const asked = stopSignal(platform);
  try {
    return { up: await Promise.race([platform.ready, asked.then(() => undefined)]), asked };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

/**
 * Output that cannot be written (a full disk under the log file, a closed pipe) is lost, and no reason to stop what runs.
 *
 * @param {NodeJS.WriteStream} stream
 */
function surviveFullDisk(stream) {
  let lost = 0;
  stream.on('error', () => (lost += 1));
  const timer = setInterval(() => {
    if (lost === 0) return;
    const text = `${lost} message(s) of the supervisor could not be written.\n`;
    lost = 0;
    stream.write(text);
  }, LOST_REPORT_MS);
  timer.unref();
}

/**
 * @param {{ kill: () => Promise<void> }} platform
 * @returns {Promise<void>} resolves at the first signal; a second one ends everything the hard way
 */
function stopSignal(platform) {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = () => {
      count += 1;
      if (count === 1) resolve();
      else void platform.kill().then(() => process.exit(130));
    };
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, onSignal);
  });
}

/**
 * @param {import('../platform/ownership.mjs').Owner} owner
 * @param {import('../paths.mjs').HomePaths} paths
 * @returns {number} exit code
 */
function sayAlreadyUp(owner, paths) {
  const endpoints = owner.state === 'up' ? readEndpoints(paths.endpointsFile) : undefined;
  if (!endpoints) {
    process.stdout.write(
      `Millrace is ${owner.state} already (pid ${owner.supervisor.pid}, home ${paths.home}). Wait a little, or: npm run down\n`,
    );
    return 1;
  }
  process.stdout.write(
    `Millrace is already up (pid ${owner.supervisor.pid}, home ${paths.home}).\n` +
      `  API       ${endpoints.api_url}\n  Webhooks  ${endpoints.webhook_url}/{id}\n  Token     ${endpoints.token}\n` +
      '  npm run down stops it; a copy beside it needs another MILLRACE_HOME.\n',
  );
  return 0;
}
