import { childrenOf, type Node } from './ast.js';
import { toExpressionError } from './errors.js';
import { LIMITS } from './limits.js';
import { isIdentifier, isReservedName } from './names.js';
import { parse } from './parser.js';
import type { ProgramMode } from './program.js';
import { collectReferences } from './references.js';
import { parseTemplate } from './template-parser.js';
import { encodeText } from './text-literal.js';

/**
 * Writes a text anew after the step `from` got the id `to`. Only reads of that step change, each at its place; texts,
 * variables of lambdas and fields of the same name stay. Ids that are no plain names become `steps["…"]`.
 *
 * @example renameReference('{{a.output}} a', 'a', 'fetch') // '{{fetch.output}} a'
 * @throws ExpressionError if the text cannot be read
 */
export function renameReference(text: string, from: string, to: string, mode: ProgramMode = 'template'): string {
  const nodes = nodesOf(text, mode);
  const reads = nodes
    .flatMap((node) => collectReferences(node))
    .filter((reference) => reference.kind === 'step' && reference.root === from)
    .map((reference) => reference.rootSpan)
    .sort((left, right) => right[0] - left[0]);
  const quoted = nodes.flatMap((node) => interpolationsOf(node));
  let result = text;
  // From the end, so that earlier places stay right.
  for (const [start, end] of reads) {
    const viaSteps = /^steps\s*[.?[]/.test(text.slice(start, end));
    const around = quoted.find((node) => node.start < start && node.end > end);
    // Inside a quoted text of a condition the quote around it would end it.
    const quote = around !== undefined && text.charAt(around.start) === '"' ? "'" : '"';
    result = result.slice(0, start) + written(to, viaSteps, quote) + result.slice(end);
  }
  return result;
}

function written(id: string, viaSteps: boolean, quote: '"' | "'"): string {
  const plain = isIdentifier(id) && !isReservedName(id);
  if (plain && !viaSteps) return id;
  return isIdentifier(id) ? `steps.${id}` : `steps[${encodeText(id, quote, true)}]`;
}

function interpolationsOf(node: Node): Node[] {
  const inner = childrenOf(node).flatMap(interpolationsOf);
  return node.type === 'interpolation' ? [node, ...inner] : inner;
}

function nodesOf(text: string, mode: ProgramMode): readonly Node[] {
  try {
    if (mode !== 'template') return [parse(text, mode, LIMITS)];
    return parseTemplate(text, LIMITS).flatMap((segment) => (typeof segment === 'string' ? [] : [segment.node]));
  } catch (thrown) {
    throw toExpressionError(thrown, text);
  }
}
