import { parseJson } from '../json-file.mjs';

/** @typedef {{ time: string, level: string, service: string, msg?: string } & Record<string, unknown>} LogLine a line of a service */

/**
 * A line that a service wrote; undefined for any other line.
 *
 * @param {string} line
 * @returns {LogLine | undefined}
 */
export function readLogLine(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const read = /** @type {Partial<LogLine>} */ (parseJson(line));
    return typeof read.time === 'string' && typeof read.service === 'string' && typeof read.level === 'string'
      ? /** @type {LogLine} */ (read)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A line of a service, formatted for reading; any other line as it is.
 *
 * @param {string} line
 * @param {{ named?: boolean }} [options] `named`: with the service, where lines of several are shown
 */
export function shortened(line, { named = false } = {}) {
  const read = readLogLine(line);
  if (read === undefined) return line;
  const { time, level, msg, pid: _pid, hostname: _hostname, service, ...rest } = read;
  const at = new Date(time).toISOString().slice(11, 23);
  const name = level === 'info' || level === 'debug' ? level : level.toUpperCase();
  const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${at} ${named ? `${service.padEnd(18)} ` : ''}${name.padEnd(5)} ${msg ?? ''}${more}`;
}
