import { compileCondition, compileConfig, compileTemplate, type Value } from '@millrace/expression';
import type { Evaluate } from './step-handler.js';

/** A text that may hold `{{ }}`; `field` is its place in the config. A text of one `{{ }}` keeps the type of its value. */
export function templateField(text: string, field: string): Evaluate<Value> {
  const program = compileTemplate(text);
  if (program.isText) {
    const value = program.evaluate({});
    return () => value;
  }
  return (scope, options) => program.evaluate(scope, { ...options, field });
}

/** Any JSON value whose texts may hold `{{ }}`; undefined stays undefined. */
export function valueField(config: unknown, field: string): Evaluate<unknown> {
  if (config === undefined) return () => undefined;
  if (typeof config === 'string') return templateField(config, field);
  const program = compileConfig(config);
  return (scope, options) => program.evaluate(scope, { ...options, field }).value;
}

/** A condition. */
export function conditionField(text: string, field: string): Evaluate<boolean> {
  const program = compileCondition(text);
  return (scope, options) => program.evaluate(scope, { ...options, field });
}
