import { isValue } from './access.js';
import type { Evaluation } from './evaluation.js';
import type { Thunk } from './thunk.js';
import { FORBIDDEN_KEY, hasOwn, type Slot } from './value.js';

type Holder = Record<string, unknown>;

/** Whether keys can be read from it by name without further thought; arrays and texts take the slow way. */
function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A read of `keys` from the context through objects that have each of them. Anything else (a missing key, an array, a
 * fault) is left to the slow way, which starts again and makes the error message. Most reads never need it, and most texts are
 * nothing but such reads: it is made when it is first taken.
 */
export function compilePath(keys: readonly string[], makeSlow: () => Thunk): Thunk {
  if (keys.length < 2 || keys.includes(FORBIDDEN_KEY)) return makeSlow();
  let made: Thunk | undefined;
  const slow: Thunk = (evaluation) => {
    made ??= makeSlow();
    return made(evaluation);
  };
  const [first = '', second = '', third = ''] = keys;
  if (keys.length === 2) {
    return (evaluation) => {
      const { context } = evaluation;
      if (hasOwn(context, first)) {
        const root = context[first];
        if (isHolder(root) && hasOwn(root, second)) {
          const value = root[second];
          if (isValue(value)) return value;
        }
      }
      return slow(evaluation);
    };
  }
  if (keys.length === 3) {
    return (evaluation) => {
      const { context } = evaluation;
      if (hasOwn(context, first)) {
        const root = context[first];
        if (isHolder(root) && hasOwn(root, second)) {
          const inner = root[second];
          if (isHolder(inner) && hasOwn(inner, third)) {
            const value = inner[third];
            if (isValue(value)) return value;
          }
        }
      }
      return slow(evaluation);
    };
  }
  return compileLongPath(keys, slow);
}

function compileLongPath(keys: readonly string[], slow: Thunk): Thunk {
  const last = keys[keys.length - 1] ?? '';
  const holders = keys.slice(0, -1);
  return (evaluation: Evaluation): Slot => {
    let holder: unknown = evaluation.context;
    for (const key of holders) {
      if (!isHolder(holder) || !hasOwn(holder, key)) return slow(evaluation);
      holder = holder[key];
    }
    if (isHolder(holder) && hasOwn(holder, last)) {
      const value = holder[last];
      if (isValue(value)) return value;
    }
    return slow(evaluation);
  };
}
