import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startChild } from '../processes/child.mjs';
import { processSpec } from './service.mjs';

/** @typedef {import('../processes/child.mjs').Child} Child */
/** @typedef {import('../processes/supervisor.mjs').Running} Running */
/** @typedef {import('./service.mjs').ServiceProcess} ServiceProcess */

/**
 * What a spare process says. `outdated`: what it has loaded has changed since, in these packages of the repository; it ends.
 *
 * @typedef {{ is: 'loaded' } | { is: 'serving' } | { is: 'outdated', packages: string[] }} SpareMessage
 */

/**
 * @typedef {object} Spare
 * @property {Child} child
 * @property {Promise<unknown>} loaded or ended
 * @property {Promise<SpareMessage | undefined>} response to being asked to serve; undefined when it ended
 */

/**
 * Processes that have loaded what of a service's program rarely changes, and wait to become the service at its next start.
 *
 * @typedef {object} Spares
 * @property {(service: ServiceProcess, start: (spare: Child | undefined) => Promise<Running>) => Promise<Running>} starting
 *   starts the service in its spare if it has one that is up to date, and makes another one once it is ready
 * @property {() => void} begin before that none is made
 * @property {() => Promise<void>} stop ends all of them, and makes no more
 */

const PROGRAM = fileURLToPath(new URL('spare-process.mjs', import.meta.url));

/** One that hangs must not hold up the start. */
const RESPONDS_WITHIN_MS = 10_000;

/**
 * @typedef {object} Kept
 * @property {Map<string, ServiceProcess>} wanted services that have none, by name
 * @property {Map<string, Spare>} spares by the name of the service
 * @property {Spare | undefined} loading the one of them that is not ready
 * @property {Map<string, Set<string>>} changing packages of the repository that changed after a spare of the service had loaded them: whoever works on one changes it again
 * @property {boolean} isOpen
 * @property {number} starts of services, under way
 */

/**
 * Keeps a spare process for each service: one is made after the other, and none goes on while a service starts. (A lower priority would not do:
 * a process gets its own back only with rights that a developer does not have.)
 *
 * @returns {Spares}
 */
export function keepSpares() {
  /** @type {Kept} */
  const kept = {
    wanted: new Map(),
    spares: new Map(),
    loading: undefined,
    changing: new Map(),
    isOpen: false,
    starts: 0,
  };
  let made = Promise.resolve();
  const make = () => (made = made.then(() => makeAll(kept)));
  return {
    async starting(service, start) {
      kept.starts += 1;
      pauseOrGoOn(kept);
      try {
        const running = await start(await take(kept, service.name));
        if (!kept.spares.get(service.name)?.child.running()) kept.wanted.set(service.name, service);
        return running;
      } finally {
        kept.starts -= 1;
        pauseOrGoOn(kept);
        void make();
      }
    },
    begin() {
      kept.isOpen = true;
      void make();
    },
    async stop() {
      kept.isOpen = false;
      const endAll = () => Promise.all([...kept.spares.values()].map((spare) => spare.child.kill()));
      await endAll();
      await made;
      // One may have been on its way.
      await endAll();
    },
  };
}

/** @param {Kept} kept */
async function makeAll(kept) {
  while (kept.isOpen && kept.starts === 0) {
    const [service] = kept.wanted.values();
    if (service === undefined) return;
    kept.wanted.delete(service.name);
    // Without one the next start takes longer, and no more.
    await makeOne(kept, service).catch(() => undefined);
  }
}

/** @param {Kept} kept @param {ServiceProcess} service */
async function makeOne(kept, service) {
  const spare = await startSpare(service, [...(kept.changing.get(service.name) ?? [])]);
  kept.spares.set(service.name, spare);
  kept.loading = spare;
  pauseOrGoOn(kept);
  if (kept.isOpen) await spare.loaded;
  kept.loading = undefined;
}

/** @param {Kept} kept */
function pauseOrGoOn({ loading, isOpen, starts }) {
  if (loading?.child.running()) process.kill(loading.child.pid, isOpen && starts > 0 ? 'SIGSTOP' : 'SIGCONT');
}

/**
 * @param {Kept} kept
 * @param {string} name
 * @returns {Promise<Child | undefined>} a process that has begun to be the service
 */
async function take(kept, name) {
  const spare = kept.spares.get(name);
  kept.spares.delete(name);
  if (!spare?.child.running()) return undefined;
  if (spare === kept.loading) kept.loading = undefined;
  const response = await responseOf(spare);
  if (response?.is === 'serving') return spare.child;
  if (response?.is === 'outdated')
    kept.changing.set(name, new Set([...(kept.changing.get(name) ?? []), ...response.packages]));
  await spare.child.kill();
  return undefined;
}

/**
 * @param {ServiceProcess} service
 * @param {readonly string[]} changing packages of which it loads nothing
 * @returns {Promise<Spare>}
 */
async function startSpare(service, changing) {
  /** @type {(message: SpareMessage) => void} */
  let onLoaded = () => {};
  /** @type {(message: SpareMessage) => void} */
  let onResponse = () => {};
  const loaded = new Promise((resolve) => (onLoaded = resolve));
  /** @type {Promise<SpareMessage>} */
  const response = new Promise((resolve) => (onResponse = resolve));
  const child = await startChild({
    ...processSpec(service, ['--experimental-import-meta-resolve', PROGRAM, JSON.stringify(changing)]),
    onMessage(said) {
      const message = /** @type {SpareMessage} */ (said);
      (message.is === 'loaded' ? onLoaded : onResponse)(message);
    },
  });
  const ended = child.exited.then(() => undefined);
  return { child, loaded: Promise.race([loaded, ended]), response: Promise.race([response, ended]) };
}

/**
 * Asks a spare to be the service.
 *
 * @param {Spare} spare
 * @returns {Promise<SpareMessage | undefined>} undefined when it ended, or says nothing
 */
async function responseOf({ child, response }) {
  // It may have been paused.
  process.kill(child.pid, 'SIGCONT');
  // What the service before it has written is not its own.
  child.logStart = statSync(child.logFile, { throwIfNoEntry: false })?.size ?? 0;
  child.send('serve');
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<undefined>} */
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(undefined), RESPONDS_WITHIN_MS)));
  return Promise.race([response, late]).finally(() => clearTimeout(timer));
}
