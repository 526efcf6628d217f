import { childrenOf, type Node } from './ast.js';
import { type Diagnostic, Diagnostics } from './diagnostic.js';
import { Fault } from './errors.js';
import { helpers } from './helpers/table.js';
import { Inference } from './infer.js';
import { LIMITS } from './limits.js';
import { isRoot, LOOP_ROOTS } from './names.js';
import { parse } from './parser.js';
import { collectReferences, type Reference } from './references.js';
import { type ContextShape, type Described, described } from './shape.js';
import { checkLiteralRoot, unknownNameHint } from './static-checks.js';
import { didYouMean } from './suggest.js';
import { parseTemplate } from './template-parser.js';
import { ANY_TYPE, TYPE, typeSetName } from './value.js';

/** The names that exist where a text is. A list that is left out is not checked. */
export interface KnownNames {
  /** Ids of the steps that may be read. */
  readonly steps?: readonly string[] | undefined;
  /** Whether `item`, `index` and `loop` exist; false by default. */
  readonly inLoop?: boolean | undefined;
  /** Names of secrets; an unknown one is a warning, it may be added later. */
  readonly secrets?: readonly string[] | undefined;
  /** Names of workflow variables; an unknown one is a warning. */
  readonly variables?: readonly string[] | undefined;
  /** Names of environment variables; an unknown one is a warning. */
  readonly env?: readonly string[] | undefined;
  /** Schemas or examples of values, for type checks. */
  readonly shape?: ContextShape | undefined;
}

/** What is known about a text without evaluating it. */
export interface Analysis {
  /** Whether there is no error; warnings may remain. */
  readonly ok: boolean;
  /** Everything it reads, in order; what could be read of a broken template included. */
  readonly references: readonly Reference[];
  /** Names of the helpers it calls. */
  readonly helpers: readonly string[];
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly usesSecrets: boolean;
  /** Possible types of the result in words: `text`, `number or null`, `any`. */
  readonly type: string;
}

/**
 * Analyses one expression without braces.
 *
 * @example analyzeExpression('stp1.output', { steps: ['step1'] }).errors[0].hint // "did you mean 'step1'?"
 */
export function analyzeExpression(text: string, known: KnownNames = {}): Analysis {
  const diagnostics = new Diagnostics(text);
  const nodes: Node[] = [];
  diagnostics.attempt(() => nodes.push(parse(text, 'expression', LIMITS)));
  return analyzeNodes(nodes, known, diagnostics, (results) => results[0]);
}

/**
 * Analyses a condition; also finds results that are never boolean and conditions that are always the same.
 *
 * @example analyzeCondition("{{input.n}} = 1").errors[0].hint // "use '==' to compare; …"
 */
export function analyzeCondition(text: string, known: KnownNames = {}): Analysis {
  const diagnostics = new Diagnostics(text);
  const nodes: Node[] = [];
  diagnostics.attempt(() => nodes.push(parse(text, 'condition', LIMITS)));
  const analysis = analyzeNodes(nodes, known, diagnostics, (results) => {
    const [node] = nodes;
    const [result] = results;
    if (node !== undefined && result !== undefined) checkCondition(node, result, diagnostics);
    return result;
  });
  return analysis;
}

/**
 * Analyses a template; a fault inside one `{{ }}` does not hide those of the others.
 *
 * @example analyzeTemplate('{{item.id}}', { inLoop: false }).errors[0].code // 'E_ROOT'
 */
export function analyzeTemplate(text: string, known: KnownNames = {}): Analysis {
  const diagnostics = new Diagnostics(text);
  const nodes: Node[] = [];
  let lone = false;
  diagnostics.attempt(() => {
    const segments = parseTemplate(text, LIMITS, (fault) => diagnostics.add('error', fault));
    lone = segments.length === 1;
    for (const segment of segments) if (typeof segment !== 'string') nodes.push(segment.node);
  });
  return analyzeNodes(nodes, known, diagnostics, (results) =>
    lone ? (results[0] ?? described(TYPE.text)) : described(TYPE.text),
  );
}

function analyzeNodes(
  nodes: readonly Node[],
  known: KnownNames,
  diagnostics: Diagnostics,
  resultOf: (results: readonly Described[]) => Described | undefined,
): Analysis {
  const inference = new Inference(known.shape ?? {}, diagnostics);
  const references = nodes.flatMap((node) => collectReferences(node));
  for (const reference of references) checkReference(reference, known, diagnostics);
  const result = resultOf(nodes.map((node) => inference.infer(node, new Map())));
  const errors = diagnostics.all.filter((entry) => entry.severity === 'error');
  return {
    ok: errors.length === 0,
    references,
    helpers: [...inference.helpers],
    errors,
    warnings: diagnostics.all.filter((entry) => entry.severity === 'warning'),
    usesSecrets: references.some((reference) => reference.kind === 'root' && reference.root === 'secrets'),
    type: errors.length > 0 || result === undefined ? 'any' : typeSetName(result.types),
  };
}

function checkReference(reference: Reference, known: KnownNames, diagnostics: Diagnostics): void {
  const { kind, root, path, rootSpan, span } = reference;
  const [start, end] = rootSpan;
  const fail = (message: string, findHint: () => string | undefined): void => {
    const details = {
      path: root,
      get hint() {
        return findHint();
      },
    };
    diagnostics.add('error', new Fault('E_ROOT', message, start, end, details));
  };
  if (kind === 'step') {
    const { steps } = known;
    if (steps !== undefined && !steps.includes(root)) {
      fail(`unknown name '${root}'`, () => hyphenHint(root, steps) ?? unknownNameHint(root, steps));
    }
    return;
  }
  if (LOOP_ROOTS.has(root) && known.inLoop !== true) fail(`'${root}' exists only inside a loop`, () => undefined);
  const [name] = path;
  diagnostics.attempt(() => {
    if (typeof name !== 'string') checkLiteralRoot(root, { type: 'name', name: root, start, end, depth: 1 }, null);
  });
  const names = namesOf(root, known);
  if (names !== undefined && typeof name === 'string' && !names.includes(name)) {
    const code = root === 'secrets' ? 'E_SECRET' : root === 'env' ? 'E_ENV' : 'E_MISSING';
    const details = {
      path: `${root}.${name}`,
      get hint() {
        return didYouMean(name, names);
      },
    };
    diagnostics.add('warning', new Fault(code, `${root} has no '${name}'`, span[0], span[1], details));
  }
}

function namesOf(root: string, known: KnownNames): readonly string[] | undefined {
  if (root === 'secrets') return known.secrets;
  if (root === 'variables') return known.variables;
  return root === 'env' ? known.env : undefined;
}

/** `{{step-1.output}}` is a subtraction; the first part of a step id with a hyphen is the sign of it. */
function hyphenHint(name: string, steps: readonly string[]): string | undefined {
  const meant = steps.find((id) => (!isRoot(id) && id.startsWith(`${name}-`)) || id.startsWith(`${name} `));
  return meant === undefined ? undefined : `a step id with '-' or a space is written steps["${meant}"]`;
}

function checkCondition(node: Node, result: Described, diagnostics: Diagnostics): void {
  if (isConstant(node)) {
    const fault = new Fault('E_COND', 'the condition is always the same', node.start, node.end, {
      hint: 'it reads nothing; is a name missing?',
    });
    diagnostics.add('warning', fault);
  }
  if (result.types === 0 || result.types === ANY_TYPE || (result.types & TYPE.boolean) !== 0) return;
  const message = `the condition gives ${typeSetName(result.types)} instead of true or false`;
  const fault = new Fault('E_COND', message, node.start, node.end, {
    hint: "compare it, e.g. x == 'yes', or use bool(…)",
  });
  diagnostics.add(result.certain ? 'error' : 'warning', fault);
}

/** Whether a tree reads nothing and calls nothing that differs from run to run. */
function isConstant(node: Node): boolean {
  if (collectReferences(node).length > 0) return false;
  const varies = (part: Node): boolean =>
    (part.type === 'call' && helpers.get(part.name)?.needs !== undefined) || childrenOf(part).some(varies);
  return !varies(node);
}
