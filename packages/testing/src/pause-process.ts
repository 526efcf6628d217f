import { readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from './wait-until.js';

/**
 * Stops a process with SIGSTOP, and returns when none of its threads runs any more: the signal alone leaves a busy one time to answer once more.
 * `process.kill(pid, 'SIGCONT')` lets it go on. Only Linux says what threads do; elsewhere it returns at once.
 */
export async function pauseProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (process.platform === 'linux') await waitUntil(`process ${pid} to stop`, () => threadStates(pid).every(isStopped));
}

function threadStates(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((thread) => readFileSync(`${tasks}/${thread}/stat`, 'utf8'));
}

/** The state follows the name, which is in brackets and may have any characters. */
function isStopped(stat: string): boolean {
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}
