import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseJson } from '../json-file.mjs';

/** Behind the end of any line. */
const NO_COLUMN = 1_000_000;

const PLACE = /^(?:file:\/\/)?(?<path>\/[^:]*\.js)(?::(?<line>\d+)(?::(?<column>\d+))?)?$/;

/**
 * A text with the places of sources where it has those of what was built of them. Those stay of which there is no map, as of packages of others.
 *
 * @param {string} text
 * @param {string} root paths are shown from there
 */
export function withSourcePlaces(text, root) {
  return text.replaceAll(/[^\s()]+/g, (word) => sourcePlace(word, root) ?? word);
}

/**
 * @param {string} word a file or its URL, as Node names it: with its line and perhaps a column, or alone where it imports what is not there
 * @param {string} root
 */
function sourcePlace(word, root) {
  const { path, line, column } = word.match(PLACE)?.groups ?? {};
  if (path === undefined || !existsSync(`${path}.map`)) return undefined;
  const place = mapped(`${path}.map`, Number(line ?? 1), Number(column ?? NO_COLUMN));
  if (place === undefined) return undefined;
  const file = relative(root, place.file);
  return line === undefined ? file : `${file}:${place.line}`;
}

/** @param {string} map a file @param {number} line from 1 on @param {number} column from 1 on */
function mapped(map, line, column) {
  try {
    const payload = /** @type {import('node:module').SourceMapPayload} */ (parseJson(readFileSync(map, 'utf8')));
    const entry = /** @type {Partial<import('node:module').SourceMapping>} */ (
      new SourceMap(payload).findEntry(line - 1, column - 1)
    );
    const { originalSource, originalLine = 0 } = entry;
    if (originalSource === undefined) return undefined;
    const source = originalSource.startsWith('file:') ? fileURLToPath(originalSource) : originalSource;
    return { file: resolve(dirname(map), source), line: originalLine + 1 };
  } catch {
    return undefined;
  }
}
