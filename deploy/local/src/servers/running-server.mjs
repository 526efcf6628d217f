import { mkdirSync } from 'node:fs';
import { startChild } from '../processes/child.mjs';
import { bareEnvironment } from '../processes/environment.mjs';
import { exitReason } from '../processes/exit-reason.mjs';
import { sandboxed } from '../runtime/sandbox.mjs';
import { Failure } from '../failure.mjs';
import { holderOf, isFree } from '../ports.mjs';
import { lastLines } from '../processes/log-file.mjs';
import { waitUntil } from '../wait-until.mjs';

/**
 * How a server program is run: a program of this machine, or one of the private runtime.
 *
 * @typedef {{ kind: 'program', path: string } | { kind: 'runtime', runtime: import('../runtime/sandbox.mjs').PrivateRuntime }} Launch
 */

/**
 * A server that runs, with its data in a folder of its own.
 *
 * @typedef {object} RunningServer
 * @property {string} url
 * @property {number} port
 * @property {number} pid                  of the server program itself: `kill -9` it and it is gone (after a restart it is another)
 * @property {Promise<string>} ended       resolves with the reason when it ends, after stop() and kill() too
 * @property {() => Promise<void>} stop    orderly end; data is kept
 * @property {() => Promise<void>} kill    SIGKILL, as a crash; data is kept
 * @property {() => Promise<void>} restart starts it again on the same port and data, after ending it in an orderly way if it still runs
 */

/**
 * One process of a server.
 *
 * @typedef {object} ServerProcess
 * @property {string} name
 * @property {Launch} launch
 * @property {string} dataDir   absolute; inside the private runtime it is seen as /data
 * @property {Record<string, string>} [env] beside the basics
 * @property {(data: string) => string[]} argv  program name (without a folder) and arguments, given the data folder as the program sees it
 * @property {number} [port]    must be free; without this check the answer of another server there would pass for this one's
 * @property {string} logFile
 * @property {NodeJS.Signals} [stopSignal]
 * @property {() => Promise<boolean>} ready
 * @property {number} [readyTimeoutMs] 20 s by default
 */

/**
 * Starts one server process and waits until it responds.
 *
 * @param {ServerProcess} server
 * @returns {Promise<import('../processes/child.mjs').Child>}
 * @throws {Failure} with the last lines of its log when it ends or does not respond in time
 */
export async function startServerProcess(server) {
  mkdirSync(server.dataDir, { recursive: true, mode: 0o700 });
  const { port } = server;
  if (port !== undefined && !(await waitUntil(() => isFree(port), { timeoutMs: 2_000, everyMs: 50 }))) {
    throw new Failure(`Port ${port} for ${server.name} is taken by ${holderOf(port) ?? 'another program'}.`);
  }
  const spec = commandOf(server);
  const child = await startChild({
    name: server.name,
    logFile: server.logFile,
    stopSignal: server.stopSignal,
    // A server needs nothing of ours, and least of all secrets.
    env: { ...bareEnvironment(), ...server.env },
    ...spec,
  });
  const timeoutMs = server.readyTimeoutMs ?? 20_000;
  const ready = await waitUntil(server.ready, { timeoutMs, everyMs: 10, giveUp: () => !child.running() });
  if (ready && child.running()) return child;
  const why = child.running() ? `did not respond within ${timeoutMs / 1000} s` : 'ended at once';
  await child.kill();
  const words = lastLines(server.logFile, 15, child.logStart) || '(nothing)';
  throw new Failure(`${server.name} ${why}.`, `Last lines of ${server.logFile}:\n${words}`);
}

/**
 * @param {ServerProcess} server
 * @returns {{ command: string[], wrapped: boolean }}
 */
function commandOf({ launch, dataDir, argv, env }) {
  if (launch.kind === 'runtime') return sandboxed(launch.runtime, dataDir, argv('/data'), { env });
  const [, ...args] = argv(dataDir);
  return { command: [launch.path, ...args], wrapped: false };
}

/**
 * Makes a {@link RunningServer} out of a way to start its processes (in order; the last one is the one clients talk to).
 *
 * @param {{ url: string, port: number, start: () => Promise<import('../processes/child.mjs').Child[]> }} server
 * @returns {Promise<RunningServer & { children: () => import('../processes/child.mjs').Child[] }>}
 */
export async function runServer({ url, port, start }) {
  let children = await start();
  const stop = async () => {
    for (const child of [...children].reverse()) await child.stop();
  };
  return {
    url,
    port,
    get pid() {
      return /** @type {import('../processes/child.mjs').Child} */ (children.at(-1)).pid;
    },
    get ended() {
      return endOf(children);
    },
    children: () => children,
    stop,
    async kill() {
      await Promise.all(children.map((child) => child.kill()));
    },
    async restart() {
      await stop();
      children = await start();
    },
  };
}

/**
 * @param {import('../processes/child.mjs').Child[]} children
 * @returns {Promise<string>} resolves with the reason when the first of them ends
 */
function endOf(children) {
  return Promise.race(
    children.map(async (child) => {
      const reason = exitReason(await child.exited, { logFile: child.logFile });
      return children.length === 1 ? reason : `${child.name}: ${reason}`;
    }),
  );
}
