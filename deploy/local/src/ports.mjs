import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { readJson, writeJson } from './json-file.mjs';

/**
 * Whether a TCP port can be bound now, on loopback and on all addresses.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function isFree(port) {
  return (await canBind(port, '127.0.0.1')) && (await canBind(port, undefined));
}

/**
 * A free TCP port chosen by the system.
 *
 * @returns {Promise<number>}
 */
export function anyFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/**
 * @param {number} port
 * @param {string | undefined} host
 * @returns {Promise<boolean>}
 */
function canBind(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Chooses the ports of one home and remembers them, so that addresses stay the same over restarts.
 *
 * @param {string} portsFile
 */
export function portBook(portsFile) {
  const remembered = /** @type {Record<string, number>} */ (readJson(portsFile) ?? {});
  /** @type {Set<number>} */
  const given = new Set();
  return {
    /**
     * The port remembered under this name if it is still free, else the first free one from `preferred` on.
     *
     * @param {string} name
     * @param {number} preferred
     * @returns {Promise<number>}
     */
    async pick(name, preferred) {
      const before = remembered[name];
      const candidates = before === undefined ? [] : [before];
      for (let port = preferred; port < preferred + 200; port += 1) candidates.push(port);
      for (const port of candidates) {
        if (given.has(port) || !(await isFree(port))) continue;
        given.add(port);
        if (before !== port) {
          remembered[name] = port;
          writeJson(portsFile, remembered);
        }
        return port;
      }
      throw new Error(`no free port from ${preferred} to ${preferred + 199} for ${name}`);
    },
  };
}

/**
 * Who listens on a port, for an error message: `"node (pid 123)"`; undefined when it can't be known.
 *
 * @param {number} port
 * @returns {string | undefined}
 */
export function holderOf(port) {
  try {
    const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (openSockets(pid).some((inode) => inodes.includes(inode))) {
        return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
      }
    }
  } catch {
    // Not Linux, or the process belongs to somebody else.
  }
  return undefined;
}

/**
 * @param {string} file
 * @param {number} port
 */
function listeningInodes(file, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === '0A')
    .map((fields) => fields[9]);
}

/** @param {string} pid */
function openSockets(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1];
      } catch {
        return undefined;
      }
    });
  } catch {
    return [];
  }
}
