import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** What to run, and where its output goes. */
export interface ProgramOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly logs: string;
}

/** A program that runs. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  isRunning(): boolean;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves to how it ended. */
  stop(graceMs?: number): Promise<number | NodeJS.Signals | null>;
}

/** Starts a program with its own environment alone. */
export function startProgram({ name, program, args, env = {}, cwd, logs }: ProgramOptions): Program {
  const log = openSync(join(logs, `${name}.log`), 'a');
  const child = spawn(program, args, {
    cwd,
    env: { HOME: logs, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  return { name, pid: child.pid ?? 0, ended, isRunning: () => isRunning(child), stop: (ms) => stop(child, ended, ms) };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function stop<End>(child: ChildProcess, ended: Promise<End>, graceMs = 20_000): Promise<End> {
  if (isRunning(child)) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}
