import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoints } from '../src/platform/endpoints.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { temporaryFolder } from './temporary-folder.js';

const supervisors: ChildProcess[] = [];
// Before the folder goes, and also after a failed test: what a supervisor started dies with it.
afterAll(() => supervisors.forEach((supervisor) => supervisor.kill('SIGKILL')));

export const folder = temporaryFolder();
export const localDir = join(__dirname, '..');
export const repoRoot = join(folder, 'repo');

/** A service that is ready 100 ms after its start, like ours on the outside. */
const SERVICE = `
  const http = require('node:http');
  if (process.env.FAIL_SERVICE === __dirname.split('/apps/')[1].split('/')[0]) { console.error('MILLRACE_THING must be a number'); process.exit(1); }
  let ready = false;
  setTimeout(() => (ready = true), 100);
  const answer = (request, response) => { response.statusCode = ready ? 200 : 503; response.end('{}'); };
  http.createServer(answer).listen(Number(process.env.MILLRACE_HEALTH_PORT), '127.0.0.1');
  if (process.env.MILLRACE_PORT) http.createServer(answer).listen(Number(process.env.MILLRACE_PORT), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));`;

/** The manifest of such a service, as the built one describes it. */
function manifestOf(name: string): string {
  const own =
    {
      gateway: ['MILLRACE_PORT', 'MILLRACE_REDIS_URL'],
      executor: ['MILLRACE_EXECUTOR_CONCURRENCY', 'FAIL_SERVICE', 'MILLRACE_SMTP_URL', 'MILLRACE_MAIL_FROM'],
    }[name] ?? [];
  const names = ['MILLRACE_NATS_URL', 'MILLRACE_HEALTH_PORT', 'MILLRACE_LOG_LEVEL', ...own];
  const description = {
    name,
    settings: names.map((setting) => ({ name: setting })),
    environmentPrefixes: name === 'executor' ? ['MILLRACE_ENV_'] : [],
    heapMb: 64,
  };
  return `exports.manifest = { describe: () => (${JSON.stringify(description)}) };`;
}

/** A checkout with nothing but such services, and the real commands. */
beforeAll(() => {
  for (const name of ['gateway', 'executor']) {
    mkdirSync(join(repoRoot, 'apps', name, 'dist', 'program'), { recursive: true });
    for (const entry of ['main.js', 'program/main.js'])
      writeFileSync(join(repoRoot, 'apps', name, 'dist', entry), SERVICE);
    writeFileSync(join(repoRoot, 'apps', name, 'dist', 'manifest.js'), manifestOf(name));
    mkdirSync(join(repoRoot, 'apps', name, 'src'));
    writeFileSync(join(repoRoot, 'apps', name, 'src', 'manifest.ts'), '');
  }
  const messaging = join(repoRoot, 'packages', 'messaging', 'dist');
  mkdirSync(messaging, { recursive: true });
  const permissions = "{ publish: { allow: ['questions.>'] }, subscribe: { allow: ['_INBOX.gateway.>'] } }";
  writeFileSync(
    join(messaging, 'permissions.js'),
    `exports.natsUsers = () => [{ user: 'gateway', permissions: ${permissions} }];`,
  );
  mkdirSync(join(repoRoot, 'deploy'));
  symlinkSync(localDir, join(repoRoot, 'deploy', 'local'));
  // The mail house and the demo model are the real ones.
  symlinkSync(join(localDir, '..', '..', 'packages', 'stand-ins'), join(repoRoot, 'packages', 'stand-ins'));
  const names = ['start', 'down', 'status', 'reset'] as const;
  for (const name of names) {
    const context =
      '{ repoRoot: process.env.TEST_REPO, env: process.env, json: true, yes: process.argv.includes("--yes"), background: false, watch: process.env.TEST_WATCH === "1" }';
    const module = JSON.stringify(join(localDir, 'src', 'commands', `${name}.mjs`));
    const script = `import { ${name}Command } from ${module};\nprocess.exitCode = await ${name}Command(${context});\n`;
    writeFileSync(join(repoRoot, `${name}.mjs`), script);
  }
});

export function environment(home: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const runtime = process.env.MILLRACE_RUNTIME_DIR ?? join(localDir, '..', '..', '.millrace', 'runtime');
  const ours = {
    MILLRACE_HOME: join(folder, home),
    MILLRACE_RUNTIME_DIR: runtime,
    MILLRACE_SKIP_BUILD: '1',
    TEST_REPO: repoRoot,
  };
  return { ...process.env, ...ours, ...more };
}

export interface Started {
  process: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

/** Starts the platform with its output in a file, or by default in a pipe. */
export function spawnSupervisor(env: NodeJS.ProcessEnv, output: 'pipe' | number): ChildProcess {
  const stdio = ['ignore', output, output] as const;
  const child = spawn(process.execPath, [join(repoRoot, 'start.mjs')], { env, stdio: [...stdio] });
  supervisors.push(child);
  return child;
}

export function start(env: NodeJS.ProcessEnv): Started {
  const child = spawnSupervisor(env, 'pipe');
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (text += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { process: child, output: () => text, ended };
}

export const run = (name: string, env: NodeJS.ProcessEnv, ...args: string[]) =>
  spawnSync(process.execPath, [join(repoRoot, `${name}.mjs`), ...args], { env, encoding: 'utf8' });
export const endpointsFile = (home: string) => join(folder, home, 'endpoints.json');
export const endpointsOf = (home: string) => JSON.parse(readFileSync(endpointsFile(home), 'utf8')) as Endpoints;

export async function up(started: Started, home: string): Promise<Endpoints> {
  // The file alone would not do: one that a killed supervisor left behind is there until the next one has begun.
  const isUp = () => started.output().includes('Try:');
  await waitUntil(isUp, { timeoutMs: 60_000, giveUp: () => started.process.exitCode !== null });
  if (!isUp()) throw new Error(started.output());
  return endpointsOf(home);
}

/** The words of the command line of a running process. */
export function commandOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}

/** The variables of a running process. */
export function environmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
