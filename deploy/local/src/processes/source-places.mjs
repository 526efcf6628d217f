import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Behind the end of any line. */
const NO_COLUMN = 1_000_000;

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
 * @param {string} word a file or its URL, a line and perhaps a column, as Node names places
 * @param {string} root
 */
function sourcePlace(word, root) {
  const [path = '', line, column, ...more] = word.replace(/^file:\/\//, '').split(':');
  if (!path.endsWith('.js') || !existsSync(`${path}.map`) || !isNumber(line) || more.length > 0) return undefined;
  const place = mapped(`${path}.map`, Number(line), isNumber(column) ? Number(column) : NO_COLUMN);
  return place === undefined ? undefined : `${relative(root, place.file)}:${place.line}`;
}

/** @param {string | undefined} text */
function isNumber(text) {
  return text !== undefined && /^\d+$/.test(text);
}

/** @param {string} map a file @param {number} line from 1 on @param {number} column from 1 on */
function mapped(map, line, column) {
  try {
    const { originalSource, originalLine } = /** @type {import('node:module').SourceMapping} */ (
      new SourceMap(
        /** @type {import('node:module').SourceMapPayload} */ (JSON.parse(readFileSync(map, 'utf8'))),
      ).findEntry(line - 1, column - 1)
    );
    if (originalSource === undefined) return undefined;
    const source = originalSource.startsWith('file:') ? fileURLToPath(originalSource) : originalSource;
    return { file: resolve(dirname(map), source), line: originalLine + 1 };
  } catch {
    return undefined;
  }
}
