import type { Mutant } from './mutant.js';

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
];
