import { spawnSync } from 'node:child_process';
import { Failure } from '../failure.mjs';
import { onPath } from '../runtime/host.mjs';
import { findRuntime, whyNoRuntime } from '../runtime/private-runtime.mjs';

/** @typedef {'nats' | 'redis' | 'mongodb'} ServerName */

/**
 * Where a server comes from. In this order: a configured URL, a program on PATH of a good version, the private runtime, Docker.
 *
 * @typedef {{ from: 'url', url: string } | { from: 'path', path: string, version: string } | { from: 'runtime' } | { from: 'docker' }} ServerSource
 */

/** @typedef {Record<ServerName, ServerSource>} ServerSources */

/**
 * @typedef {object} Requirement
 * @property {string} variable  the environment variable with its URL
 * @property {string} program
 * @property {RegExp} version   finds the version in what `program --version` prints
 * @property {string} atLeast
 */

/** @type {Record<ServerName, Requirement>} */
export const REQUIREMENTS = {
  nats: { variable: 'MILLRACE_NATS_URL', program: 'nats-server', version: /v(\d+\.\d+\.\d+)/, atLeast: '2.14.6' },
  redis: { variable: 'MILLRACE_REDIS_URL', program: 'redis-server', version: /v=(\d+\.\d+\.\d+)/, atLeast: '6.2.0' },
  mongodb: { variable: 'MILLRACE_MONGODB_URL', program: 'mongod', version: /v(\d+\.\d+\.\d+)/, atLeast: '7.0.0' },
};

/**
 * Decides for each server where it will come from, before anything is started. A server is never taken because it
 * listens on a default port: it may hold somebody's data.
 *
 * @param {import('../runtime/private-runtime.mjs').RuntimeOptions & { existingOnly?: boolean }} options
 *   `existingOnly`: the private runtime counts only if it is there already
 * @returns {ServerSources}
 * @throws {Failure} that names all that is missing and how to get it
 */
export function chooseSources(options) {
  /** @type {Partial<ServerSources>} */
  const chosen = {};
  /** @type {string[]} */
  const problems = [];
  const lacks = options.existingOnly
    ? findRuntime(options)
      ? undefined
      : 'it is not there yet (node deploy/local/runtime.mjs makes it)'
    : whyNoRuntime(options);
  for (const name of /** @type {ServerName[]} */ (Object.keys(REQUIREMENTS))) {
    const found = chooseOne(name, options.env);
    if ('from' in found) chosen[name] = found;
    else if (lacks === undefined) chosen[name] = { from: 'runtime' };
    else if (!options.existingOnly && dockerAnswers(options.env)) chosen[name] = { from: 'docker' };
    else problems.push(`${name}: ${found.problem}`);
  }
  if (problems.length > 0)
    throw new Failure(
      `Missing on this machine: ${problems.map((line) => line.split(':')[0]).join(', ')}.`,
      cure(problems, lacks),
    );
  return /** @type {ServerSources} */ (chosen);
}

/**
 * @param {ServerName} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {ServerSource | { problem: string }}
 */
function chooseOne(name, env) {
  const { variable, program, version, atLeast } = REQUIREMENTS[name];
  const url = env[variable];
  if (url) return { from: 'url', url };
  if (!onPath(program, env)) return { problem: `${variable} is not set, and no ${program} is on PATH` };
  const printed = spawnSync(program, ['--version'], { encoding: 'utf8', env });
  const found = `${printed.stdout}${printed.stderr}`.match(version)?.[1];
  if (found !== undefined && compareVersions(found, atLeast) >= 0)
    return { from: 'path', path: program, version: found };
  return {
    problem: `${variable} is not set, and the ${program} on PATH is ${found ?? 'of an unknown version'}; ${atLeast} or newer is needed`,
  };
}

/**
 * @param {string[]} problems
 * @param {string | undefined} lacks
 */
function cure(problems, lacks) {
  return [
    ...problems.map((line) => `  - ${line}`),
    '',
    'Any one of these helps:',
    `  - the private runtime (all servers, nothing installed on the host): ${lacks}`,
    '  - Docker with a running engine: none responds to "docker version" now',
    '  - the programs on PATH, or the URLs of running servers in the variables above',
  ].join('\n');
}

/**
 * Whether a Docker engine answers: the client alone is of no use.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function dockerAnswers(env) {
  const options = /** @type {const} */ ({ encoding: 'utf8', timeout: 10_000, env });
  if (!onPath('docker', env)) return false;
  const engine = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], options);
  return (
    engine.status === 0 &&
    engine.stdout.trim() !== '' &&
    spawnSync('docker', ['compose', 'version'], options).status === 0
  );
}

/**
 * @param {string} left
 * @param {string} right
 * @returns {number} negative, zero or positive
 */
export function compareVersions(left, right) {
  const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)];
  const different = a.findIndex((part, index) => part !== b[index]);
  return different < 0 ? 0 : /** @type {number} */ (a[different]) - (b[different] ?? 0);
}
