import { createHash } from 'node:crypto';
import { Failure } from '../failure.mjs';
import { holderOf, isFree, portBook } from '../ports.mjs';

/**
 * @typedef {object} PlatformPorts
 * @property {number} public
 * @property {Record<'nats' | 'natsMonitor' | 'redis' | 'mongodb', number>} servers
 * @property {Record<string, number>} health by service
 */

const DEFAULT_PUBLIC_PORT = 3000;

/**
 * Chooses free ports and remembers them in the home. The internal ones lie in a range of the home's own, so that two copies that
 * start at the same moment don't reach for the same port, and never where a server of the machine itself would be by default.
 *
 * @param {{ paths: import('../paths.mjs').HomePaths, env: NodeJS.ProcessEnv, services: string[] }} options
 * @returns {Promise<{ ports: PlatformPorts, notes: string[] }>}
 * @throws {Failure} when `MILLRACE_PORT` is taken
 */
export async function choosePorts({ paths, env, services }) {
  const book = portBook(paths.portsFile);
  const base = 12_000 + (createHash('sha256').update(paths.home).digest().readUInt16BE(0) % 1_000) * 20;
  const chosen = await publicPort(env, book);
  const servers = {
    nats: await book.pick('nats', base),
    natsMonitor: await book.pick('nats-monitor', base + 1),
    redis: await book.pick('redis', base + 2),
    mongodb: await book.pick('mongodb', base + 3),
  };
  /** @type {Record<string, number>} */
  const health = {};
  for (const [index, name] of services.entries()) health[name] = await book.pick(`${name}-health`, base + 5 + index);
  return { ports: { public: chosen.port, servers, health }, notes: chosen.notes };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof portBook>} book
 * @returns {Promise<{ port: number, notes: string[] }>}
 */
async function publicPort(env, book) {
  if (env.MILLRACE_PORT) {
    const port = Number(env.MILLRACE_PORT);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Failure(`MILLRACE_PORT is ${env.MILLRACE_PORT}; it must be a port number.`);
    if (!(await isFree(port))) {
      throw new Failure(
        `Port ${port} (MILLRACE_PORT) is taken by ${describeHolder(port)}.`,
        'Stop that program, choose another MILLRACE_PORT, or unset it to get a free one.',
      );
    }
    return { port, notes: [] };
  }
  const port = await book.pick('public', DEFAULT_PUBLIC_PORT);
  if (port === DEFAULT_PUBLIC_PORT || (await isFree(DEFAULT_PUBLIC_PORT))) return { port, notes: [] };
  return {
    port,
    notes: [`Port ${DEFAULT_PUBLIC_PORT} is taken by ${describeHolder(DEFAULT_PUBLIC_PORT)}; using ${port}.`],
  };
}

/** @param {number} port */
function describeHolder(port) {
  return holderOf(port) ?? 'another program';
}
