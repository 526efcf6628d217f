import { availableParallelism } from 'node:os';
import { pnpmCommand, toolEnv } from '../setup/workspace.mjs';
import { runCommand } from './run-command.mjs';

/** Lint takes half of it on two slow cores, beside the others. */
const CHECK_MINUTES = 20;

const CORES = availableParallelism();

/** Of turbo itself, ten compilers on any machine. `--only`: all is built, and two that run side by side would both write the builds anew. */
const TURBO = ['exec', 'turbo', 'run', '--only', '--continue=always', '--output-logs=errors-only'];

/**
 * Each is one command of pnpm that passes or fails. They begin in this order, the longest first; `lint` takes as many cores as it gets.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const CHECKS = {
  lint: [...TURBO, 'lint', `--concurrency=${CORES}`],
  typecheck: [...TURBO, 'typecheck', `--concurrency=${Math.max(1, CORES - 1)}`],
  format: ['run', '--silent', 'format:check'],
  boundaries: ['run', '--silent', 'boundaries'],
  knip: ['run', '--silent', 'knip'],
  openapi: ['run', '--silent', 'openapi:lint'],
  'lint:root': ['run', '--silent', 'lint:root'],
};

/**
 * @param {string} repoRoot
 * @returns {Record<string, string[]>} the static checks of the repository, as commands
 */
export function staticChecks(repoRoot) {
  const pnpm = pnpmCommand(repoRoot);
  return Object.fromEntries(Object.entries(CHECKS).map(([name, args]) => [name, [...pnpm, ...args]]));
}

/**
 * Runs checks, as many side by side as there are cores. What one prints is printed as a whole when it has ended, right before how it ended.
 *
 * @param {{ repoRoot: string, env: NodeJS.ProcessEnv, write: (text: string) => void, add: (name: string, counts: import('./counts.mjs').Counts, since: number) => void }} run
 * @param {Record<string, string[]>} checks
 */
export async function runChecks({ repoRoot, env, write, add }, checks) {
  const waiting = Object.entries(checks);
  const takeTurns = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, command] = next;
      const since = Date.now();
      const ok = await runCommand(command, repoRoot, toolEnv(env), CHECK_MINUTES, write);
      add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }, since);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, CORES) }, takeTurns));
}
