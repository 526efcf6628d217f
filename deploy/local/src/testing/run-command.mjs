import { spawn } from 'node:child_process';

/**
 * Runs a command in a process group of its own, so that all of it can be ended: a test run that hangs must not hang us.
 *
 * @param {string[]} command
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 * @param {number} limitMinutes
 * @param {(text: string) => void} [write] gets all that it prints when it has ended; without, it prints to where we do
 * @returns {Promise<boolean>} whether it succeeded in time
 */
export function runCommand(command, cwd, env, limitMinutes, write) {
  const [program, ...args] = command;
  const child = spawn(/** @type {string} */ (program), args, {
    cwd,
    env,
    detached: true,
    stdio: write ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  /** @type {Buffer[]} */
  const printed = [];
  for (const output of [child.stdout, child.stderr])
    output?.on('data', (/** @type {Buffer} */ piece) => printed.push(piece));
  const end = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const onSignal = () => {
    end();
    // After those that run beside this one have been ended too.
    setImmediate(() => process.exit(130));
  };
  const timer = setTimeout(() => {
    const words = `── not finished after ${limitMinutes} minutes: ended\n`;
    if (write) printed.push(Buffer.from(words));
    else process.stdout.write(words);
    end();
  }, limitMinutes * 60_000);
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  return new Promise((resolve) => {
    child.once('error', () => resolve(false)).once('close', (code) => resolve(code === 0));
  }).finally(() => {
    clearTimeout(timer);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    write?.(Buffer.concat(printed).toString());
  });
}
