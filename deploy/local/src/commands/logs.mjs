import { existsSync, readdirSync, watchFile } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../json-file.mjs';
import { homePaths, resolveHome } from '../paths.mjs';
import { lastLines } from '../processes/log-file.mjs';

/**
 * Prints the end of a log: as it is into a pipe, shortened on a terminal.
 *
 * @param {import('./start.mjs').CommandContext & { argv: string[] }} context
 * @returns {Promise<number>} exit code; with -f it does not return
 */
export async function logsCommand({ repoRoot, env, argv }) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const follow = argv.includes('-f');
  const countAt = argv.indexOf('-n');
  const count = countAt < 0 ? 50 : Number(argv[countAt + 1]);
  const name = argv.find((word, index) => !word.startsWith('-') && (countAt < 0 || index !== countAt + 1));
  const file = name ? join(paths.logs, `${name}.log`) : undefined;
  if (!file || !existsSync(file) || !Number.isInteger(count) || name?.includes('/')) {
    const names = existsSync(paths.logs)
      ? readdirSync(paths.logs).flatMap((each) => each.match(/^(.*)\.log$/)?.[1] ?? [])
      : [];
    process.stderr.write(
      `Usage: npm run logs -- NAME [-f] [-n 100]\nThere are logs of: ${names.join(', ') || '(nothing yet)'}\n`,
    );
    return 1;
  }
  const format = process.stdout.isTTY ? shorten : (/** @type {string} */ line) => line;
  const show = (/** @type {string} */ text) => {
    for (const line of text.split('\n').filter(Boolean)) process.stdout.write(`${format(line)}\n`);
  };
  const reader = await open(file, 'r');
  let position = (await reader.stat()).size;
  show(lastLines(file, count));
  await reader.close();
  if (!follow) return 0;
  let rest = '';
  const showNew = async (/** @type {import('node:fs').Stats} */ now) => {
    if (now.size < position) position = 0; // a new log after a rotation
    const again = await open(file, 'r');
    const { buffer, bytesRead } = await again.read({
      buffer: Buffer.alloc(Math.max(now.size - position, 1)),
      position,
    });
    await again.close();
    position += bytesRead;
    const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    rest = lines.pop() ?? '';
    show(lines.join('\n'));
  };
  watchFile(file, { interval: 300 }, (now) => void showNew(now));
  return new Promise(() => {});
}

/** @typedef {{ time: string, level: string, msg?: string } & Record<string, unknown>} LogLine */

/**
 * A JSON line, formatted for reading; any other line as it is.
 *
 * @param {string} line
 */
function shorten(line) {
  try {
    const {
      time,
      level,
      msg,
      pid: _pid,
      hostname: _hostname,
      service: _service,
      ...rest
    } = /** @type {LogLine} */ (parseJson(line));
    const at = new Date(time).toISOString().slice(11, 23);
    const name = level === 'info' || level === 'debug' ? level : String(level).toUpperCase();
    const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
    return `${at} ${name.padEnd(5)} ${msg ?? ''}${more}`;
  } catch {
    return line;
  }
}
