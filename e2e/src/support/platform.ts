import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
// Jest loads this file without the preset's name mapping (global-setup.ts): it may import nothing of its folder.
import { pidsOf, readEndpoints as read, type Endpoints } from '@millrace/local/endpoints';

const run = promisify(execFile);

/** The repository's folder. */
export const REPOSITORY = join(__dirname, '../../..');

/** A second organisation, so that isolation can be tested: token and scopes as `MILLRACE_BOOTSTRAP_TOKENS` takes them. */
export const OTHER_TOKEN = 'mr_e2e_another_organisation_token_0001';
/** A token of that organisation that may only read. */
export const READ_ONLY_TOKEN = 'mr_e2e_another_organisation_token_0002';

const BOOTSTRAP_TOKENS = [
  { organisation_id: 'org_e2e_other', name: 'e2e other', token: OTHER_TOKEN, scopes: ['*'] },
  {
    organisation_id: 'org_e2e_other',
    name: 'e2e other',
    token: READ_ONLY_TOKEN,
    scopes: ['workflows:read', 'executions:read', 'triggers:read', 'settings:read', 'credits:read', 'audit:read'],
  },
];

/** The homes of this run's platforms, one for each of Jest's workers; the global set-up chooses them. */
export function platformHomes(): readonly string[] {
  const homes = process.env['MILLRACE_E2E_HOMES'];
  if (!homes)
    throw new Error('MILLRACE_E2E_HOMES is not set: start these tests with `jest` in e2e/, whose global set-up does');
  return JSON.parse(homes) as string[];
}

/** The home of the platform that is this worker's. Jest counts its workers from 1. */
export function platformHome(): string {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 1);
  const home = platformHomes()[worker - 1];
  if (home === undefined) throw new Error(`There is no platform for worker ${worker} of Jest`);
  return home;
}

/** The environment of every command that has to do with this run's platform. */
export function platformEnvironment(home = platformHome()): NodeJS.ProcessEnv {
  return {
    ...process.env,
    MILLRACE_HOME: home,
    MILLRACE_RUNTIME_DIR: process.env['MILLRACE_RUNTIME_DIR'] ?? join(REPOSITORY, '.millrace', 'runtime'),
    // Executors are killed many times: each time somebody has to notice.
    MILLRACE_ACK_WAIT_SECONDS: '8',
    MILLRACE_SECRET_USE_SECONDS: '1',
    MILLRACE_BOOTSTRAP_TOKENS: JSON.stringify(BOOTSTRAP_TOKENS),
    // What the reference reads as {{env.VARIABLE}}.
    MILLRACE_ENV_VARIABLE: 'of the installation',
  };
}

interface PlatformOptions {
  readonly home?: string;
  /** What was built before is what runs again. */
  readonly built?: boolean;
  /** Of its services. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Runs `up` or `down` of `deploy/local`; fails with all it printed. */
export async function platformCommand(
  command: 'up' | 'down',
  { home = platformHome(), built = false, settings = {} }: PlatformOptions = {},
): Promise<string> {
  const script = join(REPOSITORY, 'deploy', 'local', `${command}.mjs`);
  try {
    const { stdout, stderr } = await run(process.execPath, [script], {
      cwd: REPOSITORY,
      env: { ...platformEnvironment(home), ...(built ? { MILLRACE_SKIP_BUILD: '1' } : {}), ...settings },
      timeout: 15 * 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${command} failed: ${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Makes another master key the current one, while everything runs. */
export async function rotateMasterKey(): Promise<void> {
  const script = join(REPOSITORY, 'deploy', 'local', 'rotate-master-key.mjs');
  await run(process.execPath, [script], { cwd: REPOSITORY, env: platformEnvironment() });
}

/** Reads `endpoints.json` as it is now: pids and, after a restart, ports change. */
export function readEndpoints(home = platformHome()): Endpoints {
  const file = join(home, 'endpoints.json');
  const endpoints = read(file);
  if (endpoints === undefined) throw new Error(`The platform of these tests is not up: there is no ${file}`);
  return endpoints;
}

/** The pids of all processes that run now, by `service:NAME`, `server:NAME` and, behind a server, `server:NAME/BACKEND`. */
export function processIds(): Record<string, number> {
  const { services, servers } = readEndpoints();
  const { backend } = servers.mongodb;
  const processes: [name: string, pid: number | null | undefined][] = [
    ...Object.entries(services).map(([name, { pid }]): [string, number | null] => [`service:${name}`, pid]),
    ...Object.entries(servers).map(([name, { pid }]): [string, number | null] => [`server:${name}`, pid]),
    [`server:mongodb/${backend?.name}`, backend?.pid],
  ];
  return Object.fromEntries(processes.flatMap(([name, pid]) => (pid == null ? [] : [[name, pid]])));
}

/** Ends one process as a crash would, without any chance to tidy up. */
export function killHard(name: string): number {
  const pid = processIds()[name];
  if (!pid) throw new Error(`endpoints.json names no process ${name}; it has ${Object.keys(processIds()).join(', ')}`);
  process.kill(pid, 'SIGKILL');
  return pid;
}

/** The pids of everything of a platform, its supervisor first: it would start the others again. */
export function everyProcess(home = platformHome()): number[] {
  const endpoints = readEndpoints(home);
  return [endpoints.supervisor_pid, ...pidsOf(endpoints)];
}

/** Ends all of these processes at once, as a machine would that is switched off; some may have ended with the others. */
export function killAllHard(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Whether a process is there; one that has ended and waits for its parent to notice is not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !'ZX'.includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
  } catch {
    return signalled(pid);
  }
}

/** For systems without /proc: whether there is anything to send a signal to. */
function signalled(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
