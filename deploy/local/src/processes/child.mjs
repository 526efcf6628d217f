import { spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityOf, isRunning } from './identity.mjs';

/**
 * What to run.
 *
 * @typedef {object} ProcessSpec
 * @property {string} name
 * @property {string[]} command           program and arguments
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [cwd]
 * @property {string} logFile             both output streams are appended here
 * @property {NodeJS.Signals} [stopSignal] requests an orderly end; SIGTERM by default
 * @property {number} [stopTimeoutMs]     how long an orderly end may take before SIGKILL; 10 s by default
 * @property {boolean} [wrapped]          the command is a wrapper that reports the pid of the real program as `{"child-pid": n}` on descriptor 3
 * @property {(message: unknown) => void} [onMessage] what the program, one of Node, sends by `process.send`; with it there is a channel, which ends when one of both does
 */

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Exit
 */

/**
 * A process that runs, or ran.
 *
 * @typedef {object} Child
 * @property {string} name
 * @property {string} logFile
 * @property {number} logStart       where in the log its lines begin, in bytes; those before are of earlier processes
 * @property {number} pid            of the real program, never of a wrapper
 * @property {Promise<Exit>} exited waiting for it keeps this process from ending for lack of work; the child alone does not
 * @property {() => boolean} running
 * @property {(message: string) => void} send by the channel, if it is there
 * @property {() => Promise<void>} stop  orderly, SIGKILL after the time-out; resolves when it is gone
 * @property {() => Promise<void>} kill  SIGKILL; resolves when it is gone
 */

/**
 * Starts a process in a group of its own (so that Ctrl-C reaches only the supervisor, which stops things in order) that
 * dies with this one, even if this one is killed with SIGKILL.
 *
 * @param {ProcessSpec} spec
 * @returns {Promise<Child>}
 * @throws when the program can't be started at all
 */
export async function startChild(spec) {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const [program, ...args] = spec.wrapped ? spec.command : [...dieWithParent(), ...spec.command];
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', log, log];
  if (spec.wrapped) stdio.push('pipe');
  if (spec.onMessage) stdio.push('ipc');
  const child = spawn(/** @type {string} */ (program), args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio,
  });
  closeSync(log);
  /** @type {Promise<Exit>} */
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise((resolve, reject) => child.once('spawn', () => resolve(undefined)).once('error', reject));
  const wrapperPid = /** @type {number} */ (child.pid);
  const pid = spec.wrapped ? await readChildPid(child, exited) : wrapperPid;
  const identity = identityOf(pid);

  // A forgotten server must not keep a test run from ending: it dies with it. Code that waits for its end keeps it referenced.
  child.unref();
  if (spec.onMessage) child.on('message', spec.onMessage);
  child.channel?.unref();
  let ended = false;
  void exited.then(() => (ended = true));
  /** @param {NodeJS.Signals} signal */
  const send = (signal) => {
    if (isRunning(identity)) process.kill(pid, signal);
    // A wrapper that has not started its program yet has no other pid to signal.
    else if (!ended) child.kill('SIGKILL');
  };
  return {
    name: spec.name,
    logFile: spec.logFile,
    logStart,
    pid,
    get exited() {
      child.ref();
      return exited;
    },
    running: () => !ended && isRunning(identity),
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    async stop() {
      if (ended) return;
      child.ref();
      send(spec.stopSignal ?? 'SIGTERM');
      const timer = setTimeout(() => send('SIGKILL'), spec.stopTimeoutMs ?? 10_000);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      if (ended) return;
      child.ref();
      send('SIGKILL');
      await exited;
    },
  };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<Exit>} exited
 * @returns {Promise<number>} the wrapper's own pid when it ended before it reported
 */
async function readChildPid(child, exited) {
  const info = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  let text = '';
  const told = new Promise((resolve) => {
    info.on('data', (chunk) => {
      text += chunk;
      if (text.includes('}')) resolve(undefined);
    });
    info.on('error', resolve).on('end', resolve);
  });
  await Promise.race([told, exited]);
  info.destroy();
  const match = text.match(/"child-pid"\s*:\s*(\d+)/);
  return match ? Number(match[1]) : /** @type {number} */ (child.pid);
}

/** @type {string[] | undefined} */
let deathSignalPrefix;

/**
 * The words before a command that make the kernel kill it when we die; none where the system has no such thing.
 * There the next start finds what is left over and ends it.
 */
function dieWithParent() {
  if (deathSignalPrefix === undefined) {
    const works = process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
    deathSignalPrefix = works ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
  }
  return deathSignalPrefix;
}
