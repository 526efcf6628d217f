import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { homePaths, resolveHome } from '../paths.mjs';
import { readEndpoints } from '../platform/endpoints.mjs';
import { currentOwner } from '../platform/ownership.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { sleep, waitUntil } from '../wait-until.mjs';

/** In the last line of the banner. */
const BANNER_END = 'npm run down stops it';
/** Characters of what was shown that are looked through for it. */
const SHOWN_END = 4_096;

/**
 * Starts everything in the background, showing what the background process says until all is ready.
 *
 * @param {import('./start.mjs').CommandContext & { startScript: string }} context
 * @returns {Promise<number>} exit code: 0 when all is ready
 */
export async function upCommand({ repoRoot, env, startScript }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  const logFile = join(paths.logs, 'supervisor.log');
  rotateLog(logFile);
  const log = openSync(logFile, 'a', 0o600);
  // Before it may write: its first lines are shown too.
  let position = fstatSync(log).size;
  const child = spawn(process.execPath, [startScript, '--background'], {
    cwd: repoRoot,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  /** @type {number | undefined} */
  let exitCode;
  child.once('exit', (code) => (exitCode = code ?? 1)).once('error', () => (exitCode = 1));
  child.unref();

  const reader = await open(logFile, 'r');
  let shown = '';
  const showNew = async () => {
    const { buffer, bytesRead } = await reader.read({ buffer: Buffer.alloc(64 * 1024), position });
    position += bytesRead;
    const text = buffer.toString('utf8', 0, bytesRead);
    shown = (shown + text).slice(-SHOWN_END);
    process.stdout.write(text);
  };
  const isUp = () =>
    readEndpoints(paths.endpointsFile)?.supervisor_pid === child.pid && currentOwner(paths)?.state === 'up';
  while (exitCode === undefined && !isUp()) {
    await showNew();
    await sleep(100);
  }
  // The banner is written right after the file that says "up"; on a full disk it never comes.
  const hasBanner = async () => (await showNew(), shown.includes(BANNER_END));
  if (exitCode === undefined) await waitUntil(hasBanner, { timeoutMs: 5_000, everyMs: 50 });
  await showNew();
  await reader.close();
  return exitCode ?? 0;
}
