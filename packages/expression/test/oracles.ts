import { isDeepStrictEqual } from 'node:util';
import { ExpressionError } from '../src/errors.js';
import { ExactNumber } from '../src/exact/exact-number.js';
import type { EvaluateOptions, ExpressionContext } from '../src/evaluation.js';
import { compileCondition, compileExpression, type CompileOptions } from '../src/expression.js';
import { isRoot } from '../src/names.js';
import type { ProgramMode } from '../src/program.js';
import { compileTemplate } from '../src/template.js';

/** What became of a text: a value or the error. */
export type Outcome = { readonly value: unknown } | { readonly error: ExpressionError };

const PROTOTYPES = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  Map.prototype,
  Set.prototype,
];

/** Every property of the prototypes code can reach, by identity. */
export function prototypeState(): Map<object, Map<PropertyKey, PropertyDescriptor>> {
  return new Map(
    PROTOTYPES.map((prototype) => [
      prototype,
      new Map(Reflect.ownKeys(prototype).map((key) => [key, Object.getOwnPropertyDescriptor(prototype, key) ?? {}])),
    ]),
  );
}

const cleanPrototypes = prototypeState();

/** Oracle 1: nothing ran and nothing of the language itself changed. */
export function expectHostUntouched(): void {
  expect((globalThis as { __pwned?: unknown }).__pwned).toBeUndefined();
  expect(isDeepStrictEqual(prototypeState(), cleanPrototypes)).toBe(true);
}

/** Oracle 2: a result is data and nothing but data. */
export function expectPlain(value: unknown, depth = 0): void {
  expect(depth).toBeLessThan(260);
  expect(['string', 'number', 'boolean', 'object']).toContain(typeof value);
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return;
  expect([Object.prototype, Array.prototype, null]).toContain(Object.getPrototypeOf(value));
  for (const key of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && key === 'length') continue;
    expect(typeof key).toBe('string');
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    expect(descriptor).toHaveProperty('value');
    if (descriptor?.value !== undefined) expectPlain(descriptor.value, depth + 1);
  }
}

/** Every text in a value of `secrets`. */
function secretsOf(context: ExpressionContext): string[] {
  const { secrets } = context;
  return typeof secrets === 'object' && secrets !== null
    ? Object.values(secrets).filter((value): value is string => typeof value === 'string' && value.length > 3)
    : [];
}

/** Oracle 3: an error is one of ours, has its place, and holds no secret. */
export function expectOurError(thrown: unknown, text: string, context: ExpressionContext): ExpressionError {
  if (!(thrown instanceof ExpressionError)) throw thrown;
  expect(thrown.code).toMatch(/^E_[A-Z]+$/);
  expect(thrown.code).not.toBe('E_INTERNAL');
  const [start, end] = thrown.span;
  expect(start).toBeGreaterThanOrEqual(0);
  expect(end).toBeGreaterThanOrEqual(start);
  expect(end).toBeLessThanOrEqual(text.length);
  for (const secret of secretsOf(context)) {
    expect(`${thrown.message} ${thrown.hint ?? ''} ${thrown.frame()} ${JSON.stringify(thrown)}`).not.toContain(secret);
  }
  return thrown;
}

/** Compiles and evaluates, checking the oracles on the way. */
export function run(
  mode: ProgramMode,
  text: string,
  context: ExpressionContext,
  compileOptions?: CompileOptions,
  options: EvaluateOptions = { now: '2025-03-01T12:00:00Z', random: () => 0.5, clock: cpuTimer() },
): Outcome {
  const compile = { expression: compileExpression, template: compileTemplate, condition: compileCondition }[mode];
  try {
    const value: unknown = compile(text, compileOptions).evaluate(context, options);
    expectPlain(value);
    return { value };
  } catch (thrown) {
    return { error: expectOurError(thrown, text, context) };
  } finally {
    expectHostUntouched();
  }
}

/** Puts the step results of a flat context under `steps`. */
export function toContext(flat: Readonly<Record<string, unknown>>): ExpressionContext {
  const roots: Record<string, unknown> = {};
  const steps: Record<string, object> = {};
  for (const [name, value] of Object.entries(flat)) {
    if (isRoot(name)) roots[name] = value;
    else steps[name] = value as object;
  }
  return { ...roots, steps };
}

/** Milliseconds of CPU since now: what else the machine does must not look like a hang. */
export function cpuTimer(): () => number {
  const start = process.cpuUsage();
  return () => process.cpuUsage(start).user / 1_000;
}

/** Milliseconds of CPU that no payload comes near unless a limit is missing. */
export const HANGS = 4_000;
