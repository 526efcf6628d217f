import { missingFault } from './access.js';
import { ProgramCache } from './cache.js';
import { compile, type Compiled } from './compile.js';
import { toExpressionError } from './errors.js';
import type { Evaluation } from './evaluation.js';
import type { CompileOptions } from './expression.js';
import { withLimits } from './limits.js';
import { toText } from './operators.js';
import { finishValue, longResult, Program } from './program.js';
import { parseTemplate, type Segment } from './template-parser.js';

const templates = new ProgramCache<Program>();

/**
 * Compiles a text with `{{ }}` in it. Exactly one `{{ }}` and nothing else keeps the type of its value; otherwise the
 * result is text: null is empty, arrays and objects are compact JSON. `\{{` is the text `{{`. Results are never read again.
 *
 * @example compileTemplate('Hello {{input.name}}').evaluate({ input: { name: 'Ada' } }) // 'Hello Ada'
 * @throws ExpressionError as `compileExpression`
 */
export function compileTemplate(text: string, options?: CompileOptions): Program {
  return options === undefined ? templates.get(text, createTemplate) : createTemplate(text, options);
}

function createTemplate(text: string, options?: CompileOptions): Program {
  try {
    const segments = parseTemplate(text, withLimits(options?.limits));
    const nodes = segments.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.node]));
    return new Program('template', text, nodes, compileSegments(segments), finishValue);
  } catch (thrown) {
    throw toExpressionError(thrown, text);
  }
}

function compileSegments(segments: readonly Segment[]): Compiled {
  const [first, second] = segments;
  if (second === undefined && first !== undefined) {
    if (typeof first === 'string') return { run: () => first, variables: 0, usesSecrets: false };
    return compile(first.node);
  }
  const pieces = segments.map((segment) => (typeof segment === 'string' ? segment : compileSegment(segment)));
  const compiled = pieces.filter((piece) => typeof piece !== 'string');
  return {
    run: (evaluation) => join(evaluation, pieces),
    variables: Math.max(0, ...compiled.map((piece) => piece.variables)),
    usesSecrets: compiled.some((piece) => piece.usesSecrets),
  };
}

/** A piece of a mixed template whose value is already text. */
interface TextPiece extends Omit<Compiled, 'run'> {
  readonly write: (evaluation: Evaluation) => string;
}

function compileSegment(segment: Exclude<Segment, string>): TextPiece {
  const { node } = segment;
  const compiled = compile(node);
  const write = (evaluation: Evaluation): string => {
    const value = compiled.run(evaluation);
    if (value !== undefined) return toText(evaluation, value);
    if (evaluation.empty) return '';
    throw missingFault(evaluation, node);
  };
  return { variables: compiled.variables, usesSecrets: compiled.usesSecrets, write };
}

function join(evaluation: Evaluation, pieces: readonly (string | TextPiece)[]): string {
  let result = '';
  for (const piece of pieces) {
    const text = typeof piece === 'string' ? piece : piece.write(evaluation);
    const length = result.length + text.length;
    if (length > evaluation.limits.outputLength) throw longResult(evaluation, length);
    result += text;
  }
  return result;
}
