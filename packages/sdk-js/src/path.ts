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
  // Not what was given instead: it can be the secret whose name should be here.
  const given = typeof id === 'string' ? JSON.stringify(id) : id === null ? 'null' : typeof id;
  throw new UsageError(`An id must be a text that is not empty, not ${given}.`);
}
