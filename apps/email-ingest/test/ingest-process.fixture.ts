import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '@millrace/testing';

/** The service in a process of its own, as it is built. */
export async function startProcess(environment: Record<string, string>): Promise<ChildProcess> {
  const port = await freePort();
  return spawn(process.execPath, [join(__dirname, '../dist/program/main.js')], {
    stdio: 'ignore',
    env: { ...environment, MILLRACE_HEALTH_PORT: String(port) },
  });
}

/** Kills it, unless it has ended by itself. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
