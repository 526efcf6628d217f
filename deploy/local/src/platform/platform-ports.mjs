import { createHash } from 'node:crypto';
import { Failure } from '../failure.mjs';
import { holderOf, isFree, portBook } from '../ports.mjs';

/**
 * @typedef {Record<'nats' | 'natsMonitor' | 'redis' | 'mongodb', number>} ServerPorts
 *
 * @typedef {object} ServicePorts
 * @property {number} public
 * @property {number} demoModel
 * @property {import('./mail-house-unit.mjs').MailPorts} mail
 * @property {Record<string, number>} health by service
 */

const DEFAULT_PUBLIC_PORT = 3000;

/** How often ports are chosen anew when another program takes one between the choice and its use. */
const CHOICES = 5;

/**
 * Free ports for the servers. They lie in a range of the home's own, so that two copies that start at the same moment
 * don't reach for the same port, and never where a server of the machine itself would be by default.
 *
 * @param {import('../paths.mjs').HomePaths} paths
 * @returns {Promise<ServerPorts>}
 */
export async function chooseServerPorts(paths) {
  const book = portBook(paths.portsFile);
  const base = firstPort(paths);
  return {
    nats: await book.pick('nats', base),
    natsMonitor: await book.pick('nats-monitor', base + 1),
    redis: await book.pick('redis', base + 2),
    mongodb: await book.pick('mongodb', base + 3),
  };
}

/**
 * Free ports for the services; to be asked when the servers have theirs.
 *
 * @param {{ paths: import('../paths.mjs').HomePaths, env: NodeJS.ProcessEnv, services: string[] }} options
 * @returns {Promise<ServicePorts>}
 * @throws {Failure} when `MILLRACE_PORT` is taken
 */
export async function chooseServicePorts({ paths, env, services }) {
  const book = portBook(paths.portsFile);
  const base = firstPort(paths) + 5;
  const publicPort = (await explicitPublicPort(env)) ?? (await book.pick('public', DEFAULT_PUBLIC_PORT));
  /** @type {Record<string, number>} */
  const health = {};
  for (const [index, name] of services.entries()) health[name] = await book.pick(`${name}-health`, base + index);
  const mail = {
    imap: await book.pick('mail-imap', base + 12),
    smtp: await book.pick('mail-smtp', base + 13),
    web: await book.pick('mail-web', base + 14),
  };
  return { public: publicPort, demoModel: await book.pick('demo-model', firstPort(paths) + 4), mail, health };
}

/**
 * The port that the user has set, if any. Read first of all, so that a mistake is reported before minutes of set-up.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | undefined>}
 * @throws {Failure} when it is no port, or taken
 */
export async function explicitPublicPort(env) {
  if (!env.MILLRACE_PORT) return undefined;
  const port = Number(env.MILLRACE_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Failure(`MILLRACE_PORT is ${env.MILLRACE_PORT}; it must be a port number.`);
  if (await isFree(port)) return port;
  throw new Failure(
    `Port ${port} (MILLRACE_PORT) is taken by ${describeHolder(port)}.`,
    'Stop that program, choose another MILLRACE_PORT, or unset it to get a free one.',
  );
}

/**
 * What the user should know about the public port.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {number} port as it was chosen
 * @returns {string[]}
 */
export function portNotes(env, port) {
  if (env.MILLRACE_PORT || port === DEFAULT_PUBLIC_PORT) return [];
  const holder = holderOf(DEFAULT_PUBLIC_PORT);
  return holder === undefined ? [] : [`Port ${DEFAULT_PUBLIC_PORT} is taken by ${holder}; using ${port}.`];
}

/**
 * Chooses ports and uses them. When the use fails and another program has one of them by then, others are chosen.
 *
 * @template P, T
 * @param {() => Promise<P>} choose
 * @param {(ports: P) => Promise<T>} use leaves nothing running when it fails
 * @param {(text: string) => void} note
 * @returns {Promise<T>}
 */
export async function withFreePorts(choose, use, note) {
  for (let choice = 1; ; choice += 1) {
    const ports = await choose();
    try {
      return await use(ports);
    } catch (error) {
      const taken = await firstTaken(ports);
      if (taken === undefined || choice === CHOICES) throw error;
      note(`Port ${taken} was taken meanwhile by ${describeHolder(taken)}; choosing another.`);
    }
  }
}

/**
 * @param {unknown} ports
 * @returns {Promise<number | undefined>}
 */
async function firstTaken(ports) {
  if (typeof ports === 'number') return (await isFree(ports)) ? undefined : ports;
  for (const port of Object.values(/** @type {object} */ (ports))) {
    const taken = await firstTaken(port);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

/** @param {import('../paths.mjs').HomePaths} paths */
function firstPort({ home }) {
  return 12_000 + (createHash('sha256').update(home).digest().readUInt16BE(0) % 1_000) * 20;
}

/** @param {number} port */
function describeHolder(port) {
  return holderOf(port) ?? 'another program';
}
