import { pauseProcess } from '@millrace/testing';
import { killHard, processIds, readEndpoints } from './platform.js';

/** Does something while nobody starts again what has ended; afterwards all of it is. */
export async function withoutRestarts<Result>(work: () => Promise<Result>): Promise<Result> {
  const supervisor = readEndpoints().supervisor_pid;
  await pauseProcess(supervisor);
  try {
    return await work();
  } finally {
    process.kill(supervisor, 'SIGCONT');
  }
}

/** Kills services as crashes would. */
export function kill(...services: readonly string[]): void {
  for (const service of services) killHard(`service:${service}`);
}

/** Does something while a process of the platform does not respond, as one that hangs. */
export async function whileHung<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const pid = processIds()[name];
  if (pid === undefined) throw new Error(`The platform has no process ${name}`);
  await pauseProcess(pid);
  try {
    return await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
