import { readdirSync, writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * By how much the priority of a process is lower that lets others go before it (a nice value): it has a tenth of the weight. What is busy for long, such as
 * a compiler, leaves it that much of the processor.
 */
const BEHIND = 10;

/**
 * Has all others go before a process on a busy machine, for as long as it runs.
 *
 * @param {number} pid of a process that leads its session
 */
export function letOthersGoFirst(pid) {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, Math.min(getPriority(thread) + BEHIND, constants.priority.PRIORITY_LOW));
    } catch {
      // It has ended meanwhile.
    }
  }
  try {
    // Linux weighs sessions against each other, and the threads only within theirs.
    writeFileSync(`/proc/${pid}/autogroup`, String(BEHIND));
  } catch {
    // There is no such thing in this system.
  }
}

/**
 * @param {number} pid
 * @returns {number[]} on Linux, where each has a priority of its own; elsewhere that of the process is that of all
 */
function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}
