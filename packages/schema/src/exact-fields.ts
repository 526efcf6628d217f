import { ExactNumber } from '@millrace/expression/exact';
import { isPlainObject } from './field-sites.js';

/**
 * The value with the nearest double for each exact number at one of `paths`; the value itself when there is none. A setting such as a
 * temperature of 0.33333333333333333 is a double to whoever uses it, while a constant in a step keeps its digits.
 */
export function withDoubles(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  const places = new Set(paths.map((path) => JSON.stringify(path)));
  let found = false;
  const copied = (part: unknown, path: readonly PropertyKey[]): unknown => {
    if (Array.isArray(part)) return part.map((item, index) => copied(item, [...path, index]));
    if (isPlainObject(part))
      return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, copied(item, [...path, name])]));
    if (!(part instanceof ExactNumber) || !places.has(JSON.stringify(path))) return part;
    found = true;
    return nearestDouble(part);
  };
  const copy = copied(value, []);
  return found ? copy : value;
}

/** Beyond the largest double it is the largest, so that a field says which is its own largest. */
function nearestDouble({ text }: ExactNumber): number {
  return Math.min(Math.max(Number(text), -Number.MAX_VALUE), Number.MAX_VALUE);
}
