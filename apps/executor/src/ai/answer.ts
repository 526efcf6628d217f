import { isProxy } from 'node:util/types';
import { exceededJsonBound, LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS, toPlain } from '@millrace/expression';
import { parseJson } from '@millrace/expression/exact';

const FENCE = '```';

/** The output of an answer without a schema: the object or array when it is JSON, alone or in one fence, else the text as it is. */
export function outputOf(text: string): unknown {
  const json = jsonIn(withoutFence(text.trim()));
  return json === undefined ? text : json.value;
}

/** The JSON of an answer that was asked for as JSON, also with words around its fence; undefined when there is none. */
export function jsonOf(text: string): { readonly value: unknown } | undefined {
  const trimmed = text.trim();
  return parsed(withoutFence(trimmed)) ?? parsed(insideFence(trimmed));
}

function jsonIn(text: string): { readonly value: unknown } | undefined {
  const looksLikeIt = (text.startsWith('{') && text.endsWith('}')) || (text.startsWith('[') && text.endsWith(']'));
  return looksLikeIt ? parsed(text) : undefined;
}

/** The inside of a text that is one fence from its first character to its last, else the text. */
function withoutFence(text: string): string {
  const isFenced = text.startsWith(FENCE) && text.endsWith(FENCE) && text.length >= 2 * FENCE.length;
  if (!isFenced) return text;
  const firstLine = text.indexOf('\n');
  const language = text.slice(FENCE.length, firstLine).trim().toLowerCase();
  return firstLine > 0 && ['', 'json'].includes(language) ? text.slice(firstLine, -FENCE.length).trim() : text;
}

/** The inside of the first fence in a text. */
function insideFence(text: string): string {
  const start = text.indexOf(FENCE);
  const firstLine = text.indexOf('\n', start);
  const end = text.indexOf(FENCE, firstLine);
  return start < 0 || firstLine < 0 || end < 0 ? '' : text.slice(firstLine, end).trim();
}

/** Bounded before it is parsed: a small text can become a large heap. */
function parsed(text: string): { readonly value: unknown } | undefined {
  const bounds = {
    depth: EXPRESSION_LIMITS.dataDepth,
    values: LIMITS.jsonValues,
    names: LIMITS.jsonNames,
    digits: LIMITS.jsonNumberDigits,
  };
  if (text === '' || exceededJsonBound(Buffer.from(text), bounds) !== null) return undefined;
  try {
    return { value: toPlain(parseJson(text, LIMITS.jsonExactNumbers), { isProxy }) };
  } catch {
    return undefined;
  }
}
