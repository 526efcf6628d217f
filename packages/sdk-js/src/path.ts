import { UsageError } from './errors.js';

/**
 * A path with its ids encoded: path\`/workflows/${id}\`.
 *
 * @throws UsageError for an id that is empty or no text: it would call another route.
 */
export function path(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return parts.reduce((text, part, index) => `${text}${segment(ids[index - 1])}${part}`);
}

function segment(id: string | undefined): string {
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id);
  throw new UsageError(`An id must be a text that is not empty, not ${JSON.stringify(id)}.`);
}
