import { join } from 'node:path';
import { serviceEnvironment } from '../processes/environment.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { readyWithin } from './ready-within.mjs';
import { patienceAfter, startService } from './service.mjs';
import { builtEntryOf, entryOf } from './service-descriptions.mjs';
import { developmentSettings, fixedSettings, heapLimitMb } from './services.mjs';

/**
 * @typedef {Omit<import('./services.mjs').PlatformFacts, 'natsUrl' | 'healthPort'> & { natsUrlOf: (service: string) => string, health: Record<string, number> }} SharedFacts
 */

/**
 * The services, ready to be supervised.
 *
 * @param {object} options
 * @param {string} options.repoRoot
 * @param {import('../paths.mjs').HomePaths} options.paths
 * @param {NodeJS.ProcessEnv} options.env what the user has set
 * @param {readonly import('./service-descriptions.mjs').ServiceDescription[]} options.services
 * @param {SharedFacts} options.facts
 * @param {import('./spares.mjs').Spares} [options.spares] for services whose code changes while they run
 * @param {number} [options.readyWithinMs] for a first start; by default as it is set
 * @returns {import('../processes/supervisor.mjs').Unit[]}
 */
export function serviceUnits({ repoRoot, paths, env, services, facts, spares, readyWithinMs = readyWithin(env) }) {
  return services.map((service) => {
    const { name, settings, environmentPrefixes, scalesBy } = service;
    const healthPort = /** @type {number} */ (facts.health[name]);
    const logFile = join(paths.logs, `${name}.log`);
    const process = {
      name,
      entry: spares ? builtEntryOf(repoRoot, name) : entryOf(repoRoot, name),
      cwd: repoRoot,
      logFile,
      heapMb: heapLimitMb(service, env),
      // What is accepted waits in a queue for these; who calls waits for the others.
      behind: Boolean(env.MILLRACE_ACCEPT_FIRST) && scalesBy === 'backlog',
      healthUrl: `http://127.0.0.1:${healthPort}`,
      env: serviceEnvironment({
        env,
        settings: settings.map((setting) => setting.name),
        prefixes: environmentPrefixes,
        fixed: fixedSettings({ ...facts, healthPort, natsUrl: facts.natsUrlOf(name) }),
        defaults: developmentSettings(env, facts),
      }),
    };
    let readyTimeoutMs = readyWithinMs;
    const start = async (
      /** @type {AbortSignal} */ stopAsked,
      /** @type {import('../processes/child.mjs').Child | undefined} */ spare = undefined,
    ) => {
      // A spare has its log open already; one that is too long is emptied in place.
      if (spare === undefined) rotateLog(logFile);
      const started = startService({ ...process, readyTimeoutMs }, stopAsked, spare);
      readyTimeoutMs = patienceAfter(
        readyTimeoutMs,
        await started.then(
          () => true,
          // That it was given up says nothing of the time it takes.
          () => stopAsked.aborted,
        ),
        readyWithinMs,
      );
      return started;
    };
    return {
      name,
      start: (/** @type {AbortSignal} */ stopAsked) =>
        spares ? spares.starting(process, (spare) => start(stopAsked, spare)) : start(stopAsked),
    };
  });
}
