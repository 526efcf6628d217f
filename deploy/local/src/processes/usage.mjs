import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * Resident memory of one process in MB; `undefined` when it is gone, or where the system does not say. On Linux also of what is its own alone
 * (`RssAnon`), or the most that it has had (`VmHWM`).
 *
 * @param {number} pid
 * @param {'VmRSS' | 'RssAnon' | 'VmHWM'} [member]
 * @returns {number | undefined}
 */
export function residentMb(pid, member = 'VmRSS') {
  try {
    if (process.platform === 'linux') return kilobytes(`/proc/${pid}/status`, `${member}:`) / 1024;
    if (member !== 'VmRSS') return undefined;
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  } catch {
    return undefined;
  }
}

/**
 * CPU time and memory of a process and of all below it (a server may be behind a launcher). Memory that several of them share counts
 * once. What is gone, or cannot be read here, counts nothing; where there is no /proc, the memory is that of the process alone.
 *
 * @param {number} root
 * @returns {{ cpuSeconds: number, memoryMb: number }}
 */
export function usageOfTree(root) {
  if (process.platform !== 'linux') return { cpuSeconds: 0, memoryMb: residentMb(root) ?? 0 };
  const children = childrenByParent();
  const total = { cpuSeconds: 0, memoryMb: 0 };
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    // utime, stime and those of children already waited for: PostgreSQL's workers come and go.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(statFields(pid)[index] ?? 0), 0);
    total.cpuSeconds += ticks / TICKS_PER_SECOND;
    total.memoryMb += proportionalMb(pid);
    pending.push(...(children.get(pid) ?? []));
  }
  return total;
}

/** @returns {Map<number, number[]>} */
function childrenByParent() {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = Number(statFields(Number(pid))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
  }
  return children;
}

/**
 * The fields of /proc/PID/stat behind the command's name, which may itself hold spaces; none when the process is gone.
 *
 * @param {number} pid
 * @returns {string[]}
 */
function statFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** @param {number} pid */
function proportionalMb(pid) {
  try {
    return kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss:') / 1024;
  } catch {
    return 0;
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
