import { UsageError } from './errors.js';

/** Headers by their names in lower case, in which a later one of a name takes the place of an earlier one. */
export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * The same headers. What `fetch` would refuse is a mistake in the program, not a connection that failed and is tried again.
 *
 * @throws UsageError
 */
export function sendable(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers().set(name, value);
    } catch {
      // Neither its value, which may be a secret, nor what was caught, which repeats it.
      throw new UsageError(`HTTP cannot carry the header ${JSON.stringify(name)} with this name or value.`);
    }
  }
  return headers;
}
