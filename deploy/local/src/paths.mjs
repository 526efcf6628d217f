import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

/**
 * Where everything of one installation is. All paths are absolute.
 *
 * @typedef {object} HomePaths
 * @property {string} home          the folder itself, `.millrace` by default
 * @property {string} runtime       the private runtime: a root file system with the servers (may be shared between homes)
 * @property {string} cache         downloads and stamps; safe to delete
 * @property {string} data          everything worth a backup; `npm run reset` removes it
 * @property {string} natsData
 * @property {string} redisData
 * @property {string} mongodbData
 * @property {string} mail        of the mail house: a folder for each user of its mailbox server
 * @property {string} caughtMail  what the mail house has taken, as a maildir: that of the user `catch-all`
 * @property {string} localMail   what of it is for its own domain: that of the user `local`
 * @property {string} logs
 * @property {string} secrets       mode 700, files 600
 * @property {string} endpointsFile what is running and where, while it is running
 * @property {string} supervisorFile who runs this home
 * @property {string} portsFile     the ports chosen last time
 * @property {string} stampsFile    hashes of what was installed and built last
 */

/**
 * The home folder: `MILLRACE_HOME`, or `.millrace` in the repository.
 *
 * @param {string} repoRoot
 * @param {NodeJS.ProcessEnv} env
 */
export function resolveHome(repoRoot, env) {
  return env.MILLRACE_HOME ? resolve(env.MILLRACE_HOME) : join(repoRoot, '.millrace');
}

/**
 * Names every file and folder of a home; creates nothing.
 *
 * @param {string} home
 * @param {NodeJS.ProcessEnv} env only `MILLRACE_RUNTIME_DIR` is read: a runtime shared between homes
 * @returns {HomePaths}
 */
export function homePaths(home, env) {
  const at = (/** @type {string[]} */ ...parts) => join(home, ...parts);
  return {
    home,
    runtime: env.MILLRACE_RUNTIME_DIR ? resolve(env.MILLRACE_RUNTIME_DIR) : at('runtime'),
    cache: at('cache'),
    data: at('data'),
    natsData: at('data', 'nats'),
    redisData: at('data', 'redis'),
    mongodbData: at('data', 'mongodb'),
    mail: at('data', 'mail'),
    caughtMail: at('data', 'mail', 'catch-all', 'Maildir'),
    localMail: at('data', 'mail', 'local', 'Maildir'),
    logs: at('logs'),
    secrets: at('secrets'),
    endpointsFile: at('endpoints.json'),
    supervisorFile: at('supervisor.json'),
    portsFile: at('ports.json'),
    stampsFile: at('cache', 'stamps.json'),
  };
}

/**
 * A short name for a home, the same every time: for things outside of it, such as a Docker project.
 *
 * @param {string} home
 */
export function homeId(home) {
  return createHash('sha256').update(home).digest('hex').slice(0, 10);
}
