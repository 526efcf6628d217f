import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { measure } from '../measure.js';
import { FORBIDDEN_KEY, hasOwn, type Value } from '../value.js';

/** Reads JSON text, with or without a Markdown code fence around it; `__proto__` keys are dropped. @throws Fault E_VALUE */
export function parseJsonText(evaluation: Evaluation, text: string): Value {
  evaluation.reserveText(text.length);
  refuseDepth(text, evaluation.limits.dataDepth);
  const value = parse(unfenced(text));
  dropForbidden(value);
  measure(value, evaluation.limits, evaluation);
  return value;
}

/** JSON.parse recurses for nested brackets, so the depth is known before it starts. */
function refuseDepth(text: string, most: number): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) {
      if (++depth > most * 2) throw new Fault('E_LIMIT', `the JSON is nested deeper than ${String(most)} levels`);
    } else if (code === 93 || code === 125) depth--;
  }
}

function unfenced(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```') || trimmed.length < 6) return trimmed;
  const firstLine = trimmed.indexOf('\n');
  return firstLine === -1 ? trimmed : trimmed.slice(firstLine + 1, -3);
}

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    // The host's message quotes the text, which could be a secret.
    throw new Fault('E_VALUE', 'the text is not valid JSON', -1, -1, {
      hint: 'keys and texts need double quotes, and no comma may stand before a closing bracket',
    });
  }
}

function dropForbidden(value: Value): void {
  if (typeof value !== 'object' || value === null) return;
  if (hasOwn(value, FORBIDDEN_KEY)) Reflect.deleteProperty(value, FORBIDDEN_KEY);
  for (const item of Object.values(value)) dropForbidden(item);
}
