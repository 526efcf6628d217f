import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * CPU seconds and memory of a process and all its descendants (a server may sit behind a launcher).
 * @param {number} root
 * @returns {{ cpuSeconds: number, residentMegabytes: number }}
 */
export function measureTree(root) {
  const children = childrenByParent();
  let cpuSeconds = 0;
  let residentMegabytes = 0;
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    const usage = measureProcess(pid);
    cpuSeconds += usage.cpuSeconds;
    residentMegabytes += usage.residentMegabytes;
    pending.push(...(children.get(pid) ?? []));
  }
  return { cpuSeconds, residentMegabytes };
}

/** @returns {Map<number, number[]>} */
function childrenByParent() {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const fields = statFields(Number(entry));
    if (!fields) continue;
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  return children;
}

/** @param {number} pid */
function measureProcess(pid) {
  const fields = statFields(pid);
  if (!fields) return { cpuSeconds: 0, residentMegabytes: 0 };
  // utime, stime and those of children already waited for: PostgreSQL's workers come and go.
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, residentMegabytes: proportionalMegabytes(pid) };
}

/**
 * The fields of /proc/PID/stat behind the command name, which may itself hold spaces.
 * @param {number} pid
 */
function statFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/**
 * Proportional set size: memory shared by several processes counts once.
 * @param {number} pid
 */
function proportionalMegabytes(pid) {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return match ? Number(match[1]) / 1024 : 0;
  } catch {
    return 0;
  }
}
