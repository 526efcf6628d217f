import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment } from '../processes/environment.mjs';

/**
 * How programs of the private root file system are run.
 * `bwrap`: in namespaces of their own, no privilege needed. `chroot`: needs root; for machines without user namespaces.
 *
 * @typedef {'bwrap' | 'chroot'} SandboxMode
 */

/**
 * The private runtime, ready to use.
 *
 * @typedef {object} PrivateRuntime
 * @property {string} root      the root file system
 * @property {string} programs  host folder seen inside as /opt/millrace
 * @property {SandboxMode} mode
 */

/** The user and group that servers run as, as they see it. It has a line in the root file system's /etc/passwd. */
export const INNER_ID = 1000;
const INNER_PATH = '/usr/lib/postgresql/18/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Which way works on this machine, or why none does.
 *
 * @param {NodeJS.ProcessEnv} env `MILLRACE_SANDBOX` forces one
 * @returns {{ mode: SandboxMode } | { problem: string }}
 */
export function detectSandbox(env) {
  const forced = env.MILLRACE_SANDBOX;
  const isRoot = process.getuid?.() === 0;
  if (forced !== 'chroot') {
    const trial = spawnSync(
      'bwrap',
      ['--ro-bind', '/', '/', '--unshare-user', '--unshare-pid', '--proc', '/proc', 'true'],
      {
        encoding: 'utf8',
      },
    );
    if (trial.status === 0) return { mode: 'bwrap' };
    if (!isRoot || forced === 'bwrap') {
      const why = trial.error
        ? 'bubblewrap is not installed'
        : `bubblewrap can't make namespaces here (${trial.stderr.trim()})`;
      return { problem: why };
    }
  }
  if (!isRoot) return { problem: 'chroot needs root' };
  return spawnSync('unshare', ['--mount', 'true']).status === 0
    ? { mode: 'chroot' }
    : { problem: 'neither user namespaces (bubblewrap) nor mounts (chroot) are allowed here' };
}

/**
 * @typedef {object} SandboxedCommand
 * @property {string[]} command
 * @property {boolean} wrapped whether the pid of the real program is written to descriptor 3 (see `ProcessSpec`)
 */

/**
 * The host command that runs a program inside. It sees the root file system read-only, `data` as /data (its working
 * directory, home and only durable place), an empty /tmp, and the host's network.
 *
 * The IPC namespace stays shared on purpose: PostgreSQL's guard against two servers on one data folder is a System V
 * shared memory segment.
 *
 * @param {PrivateRuntime} runtime
 * @param {string} data absolute host folder; created if missing
 * @param {string[]} argv
 * @param {{ tellPid?: boolean, env?: Record<string, string> }} [options] `env` is all the environment it gets beside PATH, HOME and LC_ALL
 * @returns {SandboxedCommand}
 */
export function sandboxed(runtime, data, argv, { tellPid = true, env = {} } = {}) {
  const variables = Object.entries({ PATH: INNER_PATH, HOME: '/data', LC_ALL: 'C.UTF-8', ...env });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (runtime.mode === 'bwrap') {
    giveTo(data, process.getuid?.() ?? 0);
    const mounts = ['--ro-bind', runtime.root, '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
    mounts.push('--ro-bind', runtime.programs, '/opt/millrace', '--bind', data, '/data');
    const namespaces = [
      '--unshare-user',
      '--uid',
      `${INNER_ID}`,
      '--gid',
      `${INNER_ID}`,
      '--unshare-pid',
      '--as-pid-1',
    ];
    const life = ['--die-with-parent', '--new-session', '--chdir', '/data', ...(tellPid ? ['--info-fd', '3'] : [])];
    const environment = ['--clearenv', ...variables.flatMap(([name, value]) => ['--setenv', name, value])];
    return { command: ['bwrap', ...mounts, ...namespaces, ...life, ...environment, '--', ...argv], wrapped: tellPid };
  }
  giveTo(data, INNER_ID);
  // Everything below happens in a mount namespace of its own and by exec, so the pid stays that of the command.
  const script =
    'root=$1 programs=$2 data=$3; shift 3; ' +
    'mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/tmp" && ' +
    'mount --bind "$programs" "$root/opt/millrace" && mount --bind "$data" "$root/data" && ' +
    `exec chroot "$root" setpriv --reuid ${INNER_ID} --regid ${INNER_ID} --clear-groups --pdeathsig KILL -- ` +
    `env -i "$@"`;
  const inside = [
    ...variables.map(([name, value]) => `${name}=${value}`),
    'sh',
    '-c',
    'cd /data && exec "$@"',
    'sh',
    ...argv,
  ];
  const command = ['unshare', '--mount', 'sh', '-c', script, 'sh', runtime.root, runtime.programs, data, ...inside];
  return { command, wrapped: false };
}

/**
 * Runs a program inside to its end.
 *
 * @param {PrivateRuntime} runtime
 * @param {string} data
 * @param {string[]} argv
 * @returns {{ ok: boolean, output: string }}
 */
export function runSandboxed(runtime, data, argv) {
  const { command } = sandboxed(runtime, data, argv, { tellPid: false });
  const [program, ...args] = command;
  const env = bareEnvironment();
  const result = spawnSync(/** @type {string} */ (program), args, { encoding: 'utf8', env });
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? result.error?.message ?? ''}`.trim(),
  };
}

/**
 * Files made in one mode belong to another user in the other one; only root can have both.
 *
 * @param {string} folder
 * @param {number} owner
 */
function giveTo(folder, owner) {
  if (process.getuid?.() !== 0 || lstatSync(folder).uid === owner) return;
  /** @param {string} path */
  const change = (path) => {
    const entry = lstatSync(path);
    if (!entry.isSymbolicLink()) chownSync(path, owner, owner);
    if (entry.isDirectory()) for (const name of readdirSync(path)) change(join(path, name));
  };
  change(folder);
}
