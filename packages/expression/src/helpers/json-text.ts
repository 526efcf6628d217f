import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { ExactNumber } from '../exact/exact-number.js';
import { parseJson } from '../exact/json.js';
import { measure } from '../measure.js';
import { FORBIDDEN_KEY, hasOwn, type Value } from '../value.js';

/** Steps that a key costs the host: it is looked up in a table of all keys met. */
const KEY_STEPS = 3;

/** Reads JSON text, with or without a Markdown code fence around it; `__proto__` keys are dropped. @throws Fault E_VALUE */
export function parseJsonText(evaluation: Evaluation, text: string): Value {
  evaluation.reserveText(text.length);
  const json = unfenced(text);
  evaluation.charge(stepsOf(json, evaluation.limits.dataDepth));
  const value = parse(json);
  dropForbidden(value);
  measure(value, evaluation);
  return value;
}

/** Steps of parsing a text, from the signs in it that are no text themselves. JSON.parse recurses, so the depth is known first too. */
function stepsOf(text: string, mostDepth: number): number {
  let depth = 0;
  let steps = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) inText = !inText;
    else if (inText) {
      if (code === 92) at++;
    } else if (code === 44) steps++;
    else if (code === 58) steps += KEY_STEPS;
    else if (code === 91 || code === 123) {
      steps++;
      if (++depth > mostDepth * 2)
        throw new Fault('E_LIMIT', `the JSON is nested deeper than ${String(mostDepth)} levels`);
    } else if (code === 93 || code === 125) depth--;
  }
  return steps;
}

function unfenced(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```') || trimmed.length < 6) return trimmed;
  const firstLine = trimmed.indexOf('\n');
  return firstLine === -1 ? trimmed : trimmed.slice(firstLine + 1, -3);
}

function parse(text: string): Value {
  try {
    return parseJson(text) as Value;
  } catch {
    // The host's message quotes the text, which could be a secret.
    throw new Fault('E_VALUE', 'the text is not valid JSON', -1, -1, {
      hint: 'keys and texts need double quotes, and no comma may be before a closing bracket',
    });
  }
}

function dropForbidden(value: Value): void {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return;
  if (hasOwn(value, FORBIDDEN_KEY)) Reflect.deleteProperty(value, FORBIDDEN_KEY);
  for (const item of Object.values(value)) dropForbidden(item);
}
