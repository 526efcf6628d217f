import { spawn } from 'node:child_process';

/**
 * Runs a command in a process group of its own, so that all of it can be ended: a test run that hangs must not hang us.
 *
 * @param {string[]} command
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 * @param {number} limitMinutes
 * @returns {Promise<boolean>} whether it succeeded in time
 */
export function runCommand(command, cwd, env, limitMinutes) {
  const [program, ...args] = command;
  const child = spawn(/** @type {string} */ (program), args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const end = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const onSignal = () => {
    end();
    // After those that run beside this one have been ended too.
    setImmediate(() => process.exit(130));
  };
  const timer = setTimeout(() => {
    process.stdout.write(`── not finished after ${limitMinutes} minutes: ended\n`);
    end();
  }, limitMinutes * 60_000);
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  return new Promise((resolve) => {
    child.once('error', () => resolve(false)).once('close', (code) => resolve(code === 0));
  }).finally(() => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  });
}
