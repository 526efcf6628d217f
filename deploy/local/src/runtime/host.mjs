import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, StoppedFailure } from '../failure.mjs';
import { OWN_ENVIRONMENT } from '../processes/environment.mjs';

/**
 * Whether a program is on PATH.
 *
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 */
export function onPath(program, env) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { env }).status === 0;
}

/** So long it is waited for steps that clean up after themselves. */
const CLEAN_UP_MS = 10_000;

/** Steps under way: what asks one, with all that it has started, to end. @type {Map<Promise<void>, () => void>} */
const activeSteps = new Map();

/**
 * Asks all steps under way to end, and resolves when they have cleaned up after themselves. Who takes longer goes on with that by itself: one that was killed would leave what it has mounted.
 *
 * @param {number} [cleanUpMs]
 */
export async function endSteps(cleanUpMs = CLEAN_UP_MS) {
  const steps = [...activeSteps];
  for (const [, end] of steps) end();
  const ended = Promise.all(steps.map(([closed]) => closed));
  const waiting = new AbortController();
  await Promise.race([ended, sleep(cleanUpMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}

/**
 * Runs a long step, reports its lines, and fails with the last of them. Where somebody handles Ctrl-C, and ends steps, it is in a group of its own with all
 * that it starts; elsewhere it gets the terminal's signals as this process does.
 *
 * @param {string[]} command
 * @param {{ what: string, onLine?: (line: string) => void, cwd?: string, env?: NodeJS.ProcessEnv, cure?: string }} options
 * @returns {Promise<string[]>} the last lines it printed
 * @throws {Failure}
 */
export function runStep(command, { what, onLine = () => {}, cwd, env = OWN_ENVIRONMENT, cure }) {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const detached = process.listenerCount('SIGINT') > 0;
    const child = spawn(/** @type {string} */ (program), args, {
      cwd,
      env,
      detached,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = new Promise((gone) => void child.once('close', gone).once('error', gone)).then(() => {
      activeSteps.delete(closed);
    });
    let isAsked = false;
    activeSteps.set(closed, () => {
      isAsked = true;
      endStep(child, detached);
    });
    /** @type {string[]} */
    const tail = [];
    let rest = '';
    const take = (/** @type {Buffer} */ chunk) => {
      const lines = (rest + chunk.toString('utf8')).split(/\r?\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines.filter((each) => each.trim() !== '')) {
        tail.push(line);
        if (tail.length > 40) tail.shift();
        onLine(line);
      }
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => reject(new Failure(`${what} could not start: ${error.message}`, cure)));
    child.once('close', (code, signal) => {
      if (rest.trim()) tail.push(rest);
      if (code === 0) return resolve(tail);
      if (isAsked) return reject(new StoppedFailure(`${what} was stopped.`));
      const how = signal ? `was ended by ${signal}` : `failed (exit code ${code})`;
      reject(new Failure(`${what} ${how}.`, [...tail.slice(-25), ...(cure ? ['', cure] : [])].join('\n')));
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} isGroup
 */
function endStep(child, isGroup) {
  if (child.pid === undefined) return;
  try {
    if (isGroup) process.kill(-child.pid, 'SIGTERM');
    else child.kill('SIGTERM');
  } catch {
    // It has ended.
  }
}

/**
 * Where this machine gets Debian packages: the first Debian archive in its own apt configuration, or `MILLRACE_DEBIAN_MIRROR`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function debianMirror(env) {
  if (env.MILLRACE_DEBIAN_MIRROR) return env.MILLRACE_DEBIAN_MIRROR.replace(/(?<!\/)\/+$/, '');
  const format = '$(ORIGIN)|$(LABEL)|$(REPO_URI)';
  const listed = spawnSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const rows = (listed.stdout ?? '').split('\n').map((line) => line.split('|'));
  return rows.find(([origin, label]) => origin === 'Debian' && label === 'Debian')?.[2]?.replace(/(?<!\/)\/+$/, '');
}

const TOOLS = { mmdebstrap: 'mmdebstrap', bwrap: 'bubblewrap' };
/** For whom is not root: mmdebstrap needs the ids of /etc/subuid. */
const USER_TOOLS = { ...TOOLS, newuidmap: 'uidmap' };

/**
 * The Debian packages this machine lacks for making and running the private runtime.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function missingTools(env) {
  return Object.entries(process.getuid?.() === 0 ? TOOLS : USER_TOOLS).flatMap(([program, debianPackage]) =>
    onPath(program, env) ? [] : [debianPackage],
  );
}

/**
 * Installs what is missing and gets the package lists if there are none, which only root can.
 *
 * @param {NodeJS.ProcessEnv} users
 * @param {(text: string) => void} say
 */
export async function installTools(users, say) {
  const missing = missingTools(users);
  const isRoot = process.getuid?.() === 0;
  if (missing.length === 0 && (!isRoot || debianMirror(users) !== undefined)) return;
  const install = missing.length > 0 ? ` && apt-get install -y --no-install-recommends ${missing.join(' ')}` : '';
  const command = `apt-get update${install}`;
  if (!isRoot) {
    const message = `This machine lacks ${missing.join(' and ')}, which only an administrator can install.`;
    throw new Failure(message, `Run:  sudo sh -c '${command}'`);
  }
  say(`apt-get: ${['package lists', ...missing].join(', ')}`);
  const env = { ...users, DEBIAN_FRONTEND: 'noninteractive' };
  await runStep(['sh', '-c', command], { what: 'Installing system packages', env, cure: `By hand:  ${command}` });
}
