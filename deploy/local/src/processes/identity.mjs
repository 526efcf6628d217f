import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * One process for all time: a pid alone is reused, after a power loss even at once.
 *
 * @typedef {{ pid: number, start: string }} ProcessIdentity
 */

/**
 * When a process started, as an opaque text that only that process has; `undefined` when there is no such process or only its zombie.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startMark(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold spaces and parentheses itself: count fields after the last one.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      // Ticks since boot repeat after a reboot, the boot id does not.
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
      return `${boot}-${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined} undefined when it is gone already
 */
export function identityOf(pid) {
  const start = startMark(pid);
  return start === undefined ? undefined : { pid, start };
}

/**
 * Whether exactly that process is still there (not another one with its pid).
 *
 * @param {ProcessIdentity | undefined} identity
 */
export function isRunning(identity) {
  return identity !== undefined && typeof identity.pid === 'number' && startMark(identity.pid) === identity.start;
}
