import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@millrace/testing';
import { eventually } from './eventually.js';
import { isAlive, readEndpoints, REPOSITORY } from './platform.js';

/** Seven processes may start at once, beside a platform that is busy. */
const START_MS = 180_000;

/** A second process of a service, beside the one that the platform runs. */
export interface Replica {
  readonly name: string;
  readonly pid: number;
  /** Address of its API; only a gateway has one. */
  readonly apiUrl: string;
  /** Of its operations port. */
  readonly healthUrl: string;
  /** Lets it go by SIGTERM, and resolves with what it ends with; null when something else has ended it. */
  readonly stop: () => Promise<number | null>;
}

/**
 * Starts one more process of each service, with the settings of the one that runs, others in their place, and ports of its own. Linux only.
 * `log`: the file that their output is appended to; without it nowhere.
 */
export async function startReplicas(
  names = Object.keys(readEndpoints().services),
  settings: Readonly<Record<string, string>> = {},
  log = devNull,
): Promise<Replica[]> {
  const begun = await Promise.allSettled(names.map((name) => startReplica(name, settings, log)));
  const started = begun.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = begun.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  await Promise.all(started.map((replica) => replica.stop()));
  throw failed.reason;
}

async function startReplica(name: string, settings: Readonly<Record<string, string>>, log: string): Promise<Replica> {
  const output = openSync(log, 'a');
  try {
    return await startProcess(name, settings, output);
  } finally {
    closeSync(output);
  }
}

async function startProcess(
  name: string,
  settings: Readonly<Record<string, string>>,
  output: number,
): Promise<Replica> {
  const environment = await eventually(`${name} runs`, () => environmentOf(name));
  const [port, healthPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [join(REPOSITORY, 'apps', name, 'dist', 'program', 'main.js')], {
    env: {
      ...environment,
      ...settings,
      MILLRACE_PORT: String(port),
      MILLRACE_HEALTH_PORT: String(healthPort),
      MILLRACE_HEALTH_HOST: '127.0.0.1',
    },
    cwd: join(REPOSITORY, 'apps', name),
    stdio: ['ignore', output, output],
  });
  const replica = {
    name,
    pid: child.pid ?? 0,
    apiUrl: `http://127.0.0.1:${port}/v1`,
    healthUrl: `http://127.0.0.1:${healthPort}`,
    stop: () => ended(child),
  };
  try {
    await eventually(
      `a second ${name} is ready`,
      async () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
        return (await fetch(`${replica.healthUrl}/health/ready`)).ok || undefined;
      },
      { timeoutMs: START_MS },
    );
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return replica;
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return exit;
}

/** The settings of the service's process; undefined while one that was killed is not replaced yet. */
function environmentOf(name: string): NodeJS.ProcessEnv | undefined {
  const pid = readEndpoints().services[name]?.pid;
  if (!pid || !isAlive(pid)) return undefined;
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  // Of one that has just ended nothing is left to read.
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
