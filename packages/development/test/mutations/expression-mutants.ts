import type { Mutant } from './mutant.js';

/** One whose guard is all that the test of a single limit meets. */
const single = (what: string, file: string, [from, to]: readonly [string, string], name: string): Mutant => ({
  ...{ what, file: `packages/expression/src/${file}`, from, to },
  ...{ folder: 'packages/expression', test: 'src/single-limits.test.ts', name },
});

/** Those of the limits of expressions. */
export const EXPRESSION_MUTANTS: readonly Mutant[] = [
  {
    what: 'a template has as many pieces as it likes',
    file: 'packages/expression/src/template-parser.ts',
    from: 'if (segments.length + faults > limits.segments) {',
    to: 'if (segments.length + faults < 0) {',
    folder: 'packages/expression',
    test: 'src/template.test.ts',
    name: 'a template has at most 500 pieces',
  },
  {
    what: 'an expression has as many parts as it likes',
    file: 'packages/expression/src/parser-state.ts',
    from: 'if (++this.nodes > this.limits.nodes) {',
    to: 'if (++this.nodes < 0) {',
    folder: 'packages/expression',
    test: 'src/parser.test.ts',
    name: 'length and number of parts',
  },
  {
    what: 'data is compared however deep it is',
    file: 'packages/expression/src/operators.ts',
    from: 'if (depth >= evaluation.limits.dataDepth) throw tooDeep(evaluation);',
    to: '',
    folder: 'packages/expression',
    test: 'src/limits.test.ts',
    name: 'circles in data end in a limit, not in a stack overflow',
  },
  {
    what: 'a configuration is nested however deep',
    file: 'packages/expression/src/evaluate-config.ts',
    from: 'if (depth > LIMITS.dataDepth) {',
    to: 'if (depth < 0) {',
    folder: 'packages/expression',
    test: 'src/evaluate-config.test.ts',
    name: 'a configuration is nested at most 200 levels deep',
  },
  single(
    'an expression is as long as it likes',
    'parser.ts',
    ['if (source.length > limits.sourceLength) {', 'if (source.length < 0) {'],
    'sourceLength: an expression and a condition',
  ),
  single(
    'an expression in a template is as long as it likes',
    'template-parser.ts',
    ['const limit = Math.min(source.length, open + 2 + limits.sourceLength);', 'const limit = source.length;'],
    'sourceLength: an expression in a template',
  ),
  single(
    'a template is as long as it likes',
    'template-parser.ts',
    ['if (source.length > limits.templateLength) {', 'if (source.length < 0) {'],
    'templateLength',
  ),
  single(
    'parentheses are nested however deep',
    'parser-state.ts',
    ['if (++this.#nesting > this.limits.depth) throw', 'if (++this.#nesting < 0) throw'],
    'depth: what is nested before it is a node',
  ),
  single(
    'member links are as long as they like',
    'parser-state.ts',
    ['if (node.depth > this.limits.depth) throw', 'if (node.depth < 0) throw'],
    'depth: what is one node on another',
  ),
  single(
    'an evaluation has as many steps as it likes',
    'evaluation.ts',
    ['if (this.#steps > this.limits.steps) {', 'if (this.#steps < 0) {'],
    'steps',
  ),
  single(
    'the texts of a step have as many steps together as they like',
    'budget.ts',
    ['if (this.#steps > runSteps) {', 'if (this.#steps < 0) {'],
    'runSteps',
  ),
  single(
    'a helper makes a text of any length',
    'evaluation.ts',
    ['if (length <= textLength) return;', 'if (textLength > 0) return;'],
    'textLength: a text that a helper makes',
  ),
  single(
    'short texts are joined whatever the limit is',
    'compile-operator.ts',
    [
      'if (length <= SHORT_TEXT && length <= evaluation.limits.textLength) return a + b;',
      'if (length <= SHORT_TEXT) return a + b;',
    ],
    'textLength: two short texts that are joined',
  ),
  single(
    'a helper makes an array of any length',
    'evaluation.ts',
    ['if (!(length <= this.limits.arrayLength)) throw', 'if (length < 0) throw'],
    'arrayLength: an array that a helper makes',
  ),
  single(
    'a result has arrays of any length',
    'measure.ts',
    ['if (items.length > limits.arrayLength) throw', 'if (items.length < 0) throw'],
    'arrayLength: an array that is the result',
  ),
  single(
    'a result is a text of any length',
    'program.ts',
    ['if (value.length > evaluation.limits.outputLength) throw', 'if (value.length < 0) throw'],
    'outputLength: a result that is a text',
  ),
  single(
    'a result is data of any size',
    'measure.ts',
    ['if (this.#size > outputLength) {', 'if (this.#size < 0) {'],
    'outputLength: a result that is data',
  ),
  single(
    'a rendered template is as long as it likes',
    'template.ts',
    ['if (length > evaluation.limits.outputLength) throw', 'if (length < 0) throw'],
    'outputLength: a rendered template',
  ),
  single(
    'an evaluation takes as long as it likes',
    'budget.ts',
    ['else if (now > this.#deadline) {', 'else if (now < 0) {'],
    'wallClockMs',
  ),
  single(
    'a calculation has as many digits as it likes',
    'exact/arithmetic.ts',
    ['if (digits <= numberDigits) {', 'if (numberDigits > 0) {'],
    'numberDigits',
  ),
  single(
    'a result is nested however deep',
    'measure.ts',
    ['if (depth >= dataDepth) {', 'if (depth < 0) {'],
    'dataDepth: a result',
  ),
];
