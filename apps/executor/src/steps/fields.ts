import {
  compileCondition,
  compileConfig,
  compileTemplate,
  type EvaluateOptions,
  type Value,
} from '@millrace/expression';
import type { Evaluate } from './step-handler.js';

/** A text that may hold `{{ }}`; `field` is its place in the step's config. A text of one `{{ }}` keeps the type of its value. */
export function templateField(text: string, field: string): Evaluate<Value> {
  const program = compileTemplate(text);
  const place = placeOf(field);
  if (program.isText) {
    const value = program.evaluate({});
    return () => value;
  }
  return (scope, options) => program.evaluate(scope, at(options, place));
}

/** Any JSON value whose texts may hold `{{ }}`; undefined stays undefined. */
export function valueField(config: unknown, field: string): Evaluate<unknown> {
  if (config === undefined) return () => undefined;
  if (typeof config === 'string') return templateField(config, field);
  const program = compileConfig(config);
  const place = placeOf(field);
  return (scope, options) => program.evaluate(scope, at(options, place)).value;
}

/** A condition. */
export function conditionField(text: string, field: string): Evaluate<boolean> {
  const program = compileCondition(text);
  const place = placeOf(field);
  return (scope, options) => program.evaluate(scope, at(options, place));
}

/** Errors have places relative to the step. */
function placeOf(field: string): string {
  return `config.${field}`;
}

/** The options for work on a field that is not evaluating its text. */
export function placed(options: EvaluateOptions, field: string): EvaluateOptions {
  return at(options, placeOf(field));
}

/** Written out: a spread costs as much as evaluating a path. */
function at({ missing, now, random, files, stepId, budget, limits }: EvaluateOptions, field: string): EvaluateOptions {
  return { missing, now, random, files, stepId, budget, limits, field };
}
