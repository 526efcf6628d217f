import { Failure } from '../failure.mjs';
import { startChild } from '../processes/child.mjs';
import { exitReason } from '../processes/exit-reason.mjs';
import { lastLines } from '../processes/log-file.mjs';
import { withSourcePlaces } from '../processes/source-places.mjs';
import { letOthersGoFirst } from '../processes/precedence.mjs';
import { waitUntil } from '../wait-until.mjs';
import { healthOf } from './readiness.mjs';
import { moreTimeThan, READY_WITHIN_MS } from './ready-within.mjs';

/**
 * One service process.
 *
 * @typedef {object} ServiceProcess
 * @property {string} name
 * @property {string} entry      the JavaScript file to run
 * @property {readonly string[]} [arguments] of the program
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {number} heapMb     limit of its JavaScript heap
 * @property {string} healthUrl  base of its /health/live and /health/ready
 * @property {string} logFile
 * @property {number} [readyTimeoutMs] {@link READY_WITHIN_MS} by default
 * @property {boolean} [behind] lets others go before it on a busy machine, once it is ready; no by default
 */

const LONGEST_PATIENCE = 8;

/**
 * For the next start, in milliseconds: on a machine that is busy with something else a service that is ended after a minute and begins anew would never get there.
 *
 * @param {number} patienceMs that of the start before
 * @param {boolean} wasReady
 * @param {number} [firstMs] that of a first start
 * @returns {number}
 */
export function patienceAfter(patienceMs, wasReady, firstMs = READY_WITHIN_MS) {
  return wasReady ? firstMs : Math.min(2 * patienceMs, LONGEST_PATIENCE * firstMs);
}

/**
 * @param {ServiceProcess} service
 * @param {readonly string[]} [before] words before its entry: options of Node, and another program that takes it
 * @returns {import('../processes/child.mjs').ProcessSpec} its process
 */
export function processSpec(service, before = []) {
  const { name, entry, cwd, env, logFile } = service;
  const command = [process.execPath, `--max-old-space-size=${service.heapMb}`, ...before, entry];
  return {
    name,
    // Inside the services' own grace period for work in flight, or it would be cut off.
    stopTimeoutMs: 40_000,
    command: [...command, ...(service.arguments ?? [])],
    cwd,
    env,
    logFile,
  };
}

/**
 * Starts a service and waits until it says that it is ready.
 *
 * @param {ServiceProcess} service
 * @param {AbortSignal} [stop] ends the waiting, and the service
 * @param {import('../processes/child.mjs').Child} [spare] a process that is beginning to be it already
 * @returns {Promise<import('../processes/supervisor.mjs').Running>}
 * @throws {Failure} quoting its log, where configuration problems are listed, when it ends or does not get ready
 */
export async function startService(service, stop, spare) {
  const { name, logFile, heapMb } = service;
  const timeoutMs = service.readyTimeoutMs ?? READY_WITHIN_MS;
  const child = spare ?? (await startChild(processSpec(service)));
  let health = '';
  const asked = async () => {
    const { said: state, isReady } = await healthOf(service.healthUrl);
    health = state;
    return isReady;
  };
  const ready = await waitUntil(asked, {
    timeoutMs,
    everyMs: 50,
    giveUp: () => !child.running() || stop?.aborted === true,
  });
  if (ready && child.running() && !stop?.aborted) {
    if (service.behind) letOthersGoFirst(child.pid);
    const ended = child.exited.then((exit) => exitReason(exit, { logFile, heapMb }));
    return { pid: child.pid, ended, stop: child.stop, kill: child.kill };
  }
  if (stop?.aborted) {
    await child.stop();
    throw new Failure(`The service ${name} was stopped while it was starting.`);
  }
  const exit = child.running() ? undefined : await child.exited;
  await child.kill();
  const how = exit
    ? `ended at once (${exitReason(exit, { logFile, heapMb })})`
    : `was not ready within ${timeoutMs / 1000} s: ${health}`;
  const cure = exit ? '' : `\n${moreTimeThan(timeoutMs)}`;
  const said = withSourcePlaces(lastLines(logFile, 20, child.logStart), service.cwd) || '(nothing)';
  throw new Failure(
    `The service ${name} ${how}.`,
    `Last lines of ${logFile} (npm run logs -- ${name}):\n${said}${cure}`,
  );
}
