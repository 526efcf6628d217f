import { existsSync, readdirSync, watchFile } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { homePaths, resolveHome } from '../paths.mjs';
import { lastLines, linesWith } from '../processes/log-file.mjs';
import { readLogLine, shortened } from '../processes/log-line.mjs';

const EXECUTION = /^exec_[0-9a-z]{26}$/;
const USAGE = 'Usage: npm run logs -- NAME [-f] [-n 100], or npm run logs -- exec_… for all lines about an execution';

/**
 * Prints the end of a log, or what all services have logged about an execution: as it is into a pipe, shortened on a terminal.
 *
 * @param {import('./start.mjs').CommandContext & { argv: string[] }} context
 * @returns {Promise<number>} exit code; with -f it does not return
 */
export async function logsCommand({ repoRoot, env, argv }) {
  const { logs } = homePaths(resolveHome(repoRoot, env), env);
  const follow = argv.includes('-f');
  const countAt = argv.indexOf('-n');
  const count = countAt < 0 ? 50 : Number(argv[countAt + 1]);
  const name = argv.find((word, index) => !word.startsWith('-') && (countAt < 0 || index !== countAt + 1));
  if (name !== undefined && EXECUTION.test(name)) return showExecution(logs, name);
  const file = name ? join(logs, `${name}.log`) : undefined;
  if (!file || !existsSync(file) || !Number.isInteger(count) || name?.includes('/')) {
    process.stderr.write(`${USAGE}\nThere are logs of: ${namesIn(logs).join(', ') || '(nothing yet)'}\n`);
    return 1;
  }
  const reader = await open(file, 'r');
  const { size } = await reader.stat();
  show(lastLines(file, count).split('\n'));
  await reader.close();
  return follow ? showNew(file, size) : 0;
}

/** @param {string} logs */
function namesIn(logs) {
  return existsSync(logs) ? readdirSync(logs).flatMap((each) => each.match(/^(.*)\.log$/)?.[1] ?? []) : [];
}

/**
 * @param {readonly string[]} lines
 * @param {{ named?: boolean }} [options]
 */
function show(lines, options) {
  const format = process.stdout.isTTY ? shortened : (/** @type {string} */ line) => line;
  for (const line of lines.filter(Boolean)) process.stdout.write(`${format(line, options)}\n`);
}

/**
 * What services wrote about an execution, in the order of time.
 *
 * @param {string} logs
 * @param {string} id
 */
function showExecution(logs, id) {
  const found = namesIn(logs)
    .flatMap((name) => linesWith(join(logs, `${name}.log`), id))
    .flatMap((line) => {
      const time = readLogLine(line)?.time;
      return time === undefined ? [] : [{ line, time }];
    })
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
  show(
    found.map(({ line }) => line),
    { named: true },
  );
  if (found.length > 0) return 0;
  process.stderr.write(
    `No line is about ${id}. Of an execution that runs as it should there are none unless MILLRACE_LOG_LEVEL is debug: its story is its journal, GET /v1/executions/${id}/journal.\n`,
  );
  return 1;
}

/**
 * Shows what is written from a position on.
 *
 * @param {string} file
 * @param {number} position
 * @returns {Promise<never>}
 */
function showNew(file, position) {
  let rest = '';
  const showMore = async (/** @type {import('node:fs').Stats} */ now) => {
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
    show(lines);
  };
  watchFile(file, { interval: 300 }, (now) => void showMore(now));
  return new Promise(() => {});
}
