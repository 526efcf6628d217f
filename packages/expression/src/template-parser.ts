import type { Node } from './ast.js';
import { Fault } from './errors.js';
import { Lexer } from './lexer.js';
import type { Limits } from './limits.js';
import { Parser } from './parser.js';

/** A piece of a template: text to be kept, or the expression of one `{{ }}` with its place. */
export type Segment = string | { readonly node: Node; readonly start: number; readonly end: number };

/**
 * Cuts a template into segments in one pass. `\{{` is the text `{{`, and `\\{{` a backslash before an expression.
 * With `recover`, faults inside one `{{ }}` are reported to it and the rest is still read.
 * @throws Fault E_SYNTAX or E_LIMIT
 */
export function parseTemplate(source: string, limits: Limits, recover?: (fault: unknown) => void): Segment[] {
  if (source.length > limits.templateLength) {
    throw new Fault('E_LIMIT', `the template is longer than ${String(limits.templateLength)} characters`, 0, 0);
  }
  const segments: Segment[] = [];
  let faults = 0;
  let text = '';
  let from = 0;
  for (let open = source.indexOf('{{'); open !== -1; open = source.indexOf('{{', from)) {
    let slashes = 0;
    while (open - slashes > from && source.charCodeAt(open - slashes - 1) === 92) slashes++;
    // Backslashes before {{ stand for half their number; an odd one makes the braces text.
    text += source.slice(from, open - slashes) + '\\'.repeat(slashes >> 1);
    if (slashes % 2 === 1) {
      text += '{{';
      from = open + 2;
      continue;
    }
    if (text !== '') segments.push(text);
    text = '';
    try {
      const segment = parseSegment(source, open, limits);
      segments.push(segment);
      from = segment.end;
    } catch (fault) {
      const close = source.indexOf('}}', open);
      if (recover === undefined || close === -1) throw fault;
      recover(fault);
      faults++;
      from = close + 2;
    }
    if (segments.length + faults > limits.segments) {
      throw new Fault('E_LIMIT', `the template has more than ${String(limits.segments)} pieces`, open, open + 2);
    }
  }
  text += source.slice(from);
  if (text !== '' || segments.length === 0) segments.push(text);
  return segments;
}

function parseSegment(source: string, open: number, limits: Limits): { node: Node; start: number; end: number } {
  if (source.charCodeAt(open + 2) === 123) {
    throw new Fault('E_SYNTAX', "'{{{' is not allowed", open, open + 3, {
      hint: 'put a space after {{ for an object, or write \\{{ for braces as text',
    });
  }
  const limit = Math.min(source.length, open + 2 + limits.sourceLength);
  const lexer = new Lexer(source, open + 2, limit);
  const parser = new Parser(lexer, false, limits);
  lexer.next();
  if (lexer.text === '}' && source.charCodeAt(lexer.start + 1) === 125) {
    throw new Fault('E_SYNTAX', "'{{ }}' is empty", open, lexer.start + 2, { hint: 'write \\{{ for braces as text' });
  }
  const node = parseUpTo(limit, source, { parser, lexer, open, limits });
  return { node, start: open, end: parser.closeBraces(open) };
}

/** Where the text is cut off it ends too early, or in the midst of something: what is wrong is its length. */
function parseUpTo(
  limit: number,
  source: string,
  { parser, lexer, open, limits }: { parser: Parser; lexer: Lexer; open: number; limits: Limits },
): Node {
  const isCut = (): boolean => limit < source.length && lexer.end >= limit;
  try {
    const node = parser.parseExpression(0);
    if (!isCut()) return node;
  } catch (fault) {
    if (!isCut()) throw fault;
  }
  const message = `the expression is longer than ${String(limits.sourceLength)} characters`;
  throw new Fault('E_LIMIT', message, open, open + 2);
}
