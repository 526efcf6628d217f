import type { EvaluateOptions } from '@millrace/expression';
import type { Scope } from '../../src/engine/scope.js';

/** What a step under test can read. */
export function aScope(overrides: Partial<Scope> = {}): Scope {
  return {
    input: {},
    variables: {},
    secrets: {},
    env: {},
    execution: {},
    workflow: {},
    trigger: {},
    steps: {},
    ...overrides,
  };
}

/** How it is evaluated. */
export const options: EvaluateOptions = { now: 0, random: () => 0.5 };
