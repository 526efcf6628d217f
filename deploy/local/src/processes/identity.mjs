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

/**
 * Resident memory in MB with one decimal, of a process and, if asked, of all below it (shared pages are then counted
 * once, proportionally). `undefined` where the system does not tell.
 *
 * @param {number} pid
 * @param {{ withChildren?: boolean }} [options]
 * @returns {number | undefined}
 */
export function memoryMb(pid, { withChildren = false } = {}) {
  try {
    if (process.platform !== 'linux') {
      return (
        Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 102.4) / 10
      );
    }
    if (!withChildren) return Math.round(kilobytes(`/proc/${pid}/status`, 'VmRSS:') / 102.4) / 10;
    const all = [pid, ...descendants(pid)];
    return Math.round(all.reduce((sum, each) => sum + proportional(each), 0) / 102.4) / 10;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function proportional(pid) {
  try {
    return kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss:');
  } catch {
    return 0; // it ended meanwhile
  }
}

/**
 * @param {string} file
 * @param {string} key
 */
function kilobytes(file, key) {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(key));
  return Number(line?.match(/\d+/)?.[0] ?? 0);
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function descendants(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}
