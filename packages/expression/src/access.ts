import { literalKey, type Node } from './ast.js';
import { Fault } from './errors.js';
import type { Evaluation } from './evaluation.js';
import { ExactNumber } from './exact/exact-number.js';
import { isRoot } from './names.js';
import { printPath } from './print.js';
import { didYouMean } from './suggest.js';
import { FORBIDDEN_KEY, hasOwn, type Slot, typeName, type Value } from './value.js';

/** Whether what was loaded from data is data. Missing (`undefined`) is none. */
export function isValue(value: unknown): value is Value {
  const type = typeof value;
  return type === 'string' || type === 'object' || type === 'number' || type === 'boolean';
}

/** Whether a value is an array or an object, so that keys can be read from it. */
export function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

/** Reads an own key of an object; missing when it isn't there. @throws Fault E_VALUE for functions and the like */
export function readOwn(object: object, key: string): Slot {
  if (key === FORBIDDEN_KEY || !hasOwn(object, key)) return undefined;
  const value = (object as Record<string, unknown>)[key];
  if (isValue(value) || value === undefined) return value;
  // The key may be computed from a secret, so it is not named.
  throw new Fault('E_VALUE', `the value holds a ${typeof value}, which is not plain data`);
}

/** Reads a name: keys of objects, `length` of arrays and texts. @throws Fault E_TYPE on a number or boolean */
export function readName(base: Value, name: string): Slot {
  return readText(base, name, `'${name}'`);
}

/** `shown` stands for the name in messages. */
function readText(base: Value, name: string, shown: string): Slot {
  if (typeof base === 'object' && base !== null && !(base instanceof ExactNumber)) {
    if (!Array.isArray(base)) return readOwn(base, name);
    return name === 'length' ? base.length : undefined;
  }
  if (typeof base === 'string' && name === 'length') return base.length;
  throw new Fault('E_TYPE', `cannot read ${shown} of a ${typeName(base)}`);
}

/** Reads a computed key: whole numbers in arrays and texts, from the end when negative. @throws Fault E_KEY, E_TYPE */
export function readKey(evaluation: Evaluation, base: Value, key: Slot): Slot {
  if (typeof key === 'number') {
    if (typeof base === 'string') return base.at(wholeIndex(key));
    if (Array.isArray(base)) {
      const position = wholeIndex(key);
      const item: unknown = base[position < 0 ? base.length + position : position];
      if (isValue(item) || item === undefined) return item;
      throw new Fault('E_VALUE', `an item holds a ${typeof item}, which is not plain data`);
    }
    return readText(base, String(key), 'an item');
  }
  if (key instanceof ExactNumber) {
    // No array and no text is that long.
    return isContainer(base) && !Array.isArray(base) ? readText(base, key.text, 'an item') : undefined;
  }
  if (typeof key !== 'string') {
    throw new Fault('E_KEY', `a key must be text or a number, not ${typeName(key)}`);
  }
  if (key.length > 64) evaluation.reserveText(key.length);
  return readText(base, key, 'a key');
}

function wholeIndex(key: number): number {
  if (Number.isSafeInteger(key)) return key;
  throw new Fault('E_KEY', 'an index must be a whole number', -1, -1, { hint: 'use floor(…) or round(…)' });
}

/** The error for reading from or calling on null or a missing value. */
export function nullFault(evaluation: Evaluation, node: Node, base: Node, value: null | undefined): Fault {
  const path = printPath(base);
  const state = value === null ? 'null' : 'missing';
  const skipped = skippedStep(evaluation, base);
  const verb = node.type === 'call' ? `call ${node.name}() on` : `read ${keyName(node)} of`;
  const start = node.type === 'member' || node.type === 'call' ? node.nameStart : node.start;
  const end = node.type === 'call' ? start + node.name.length : node.end;
  const why = skipped === undefined ? `it is ${state}` : `step '${skipped}' was skipped`;
  return new Fault('E_NULL', `cannot ${verb} ${path}: ${why}`, start, end, {
    path,
    hint: presentKeys(evaluation, base) ?? `use '?.' or '${path} ?? …' if it may be ${state}`,
  });
}

/** The error for using a missing value. */
export function missingFault(evaluation: Evaluation, node: Node): Fault {
  const path = printPath(node);
  const skipped = skippedStep(evaluation, node);
  const message = skipped === undefined ? `${path} is missing` : `${path} is missing: step '${skipped}' was skipped`;
  const hint =
    settingOf(node) ?? presentKeys(evaluation, node) ?? `use '${path} ?? …' or default(…) if it may be missing`;
  return new Fault('E_MISSING', message, node.start, node.end, { path, hint });
}

/** Values of the environment come from settings of the installation, each with a name of its own. */
function settingOf(node: Node): string | undefined {
  if (node.type !== 'member' || node.object.type !== 'name' || node.object.name !== 'env') return undefined;
  return `the operator of the installation sets it as MILLRACE_ENV_${node.name}; use '${printPath(node)} ?? …' if it may be missing`;
}

function keyName(node: Node): string {
  if (node.type === 'member') return `'${node.name}'`;
  return node.type === 'index' ? 'an item or key' : 'a value';
}

/** Follows the literal part of a path without failing, to explain an error. */
function peek(evaluation: Evaluation, node: Node): unknown {
  if (node.type === 'name') {
    if (isRoot(node.name)) return own(evaluation.context, node.name);
    return own(own(evaluation.context, 'steps'), node.name);
  }
  if (node.type === 'member') return own(peek(evaluation, node.object), node.name);
  if (node.type === 'index' && node.index.type === 'literal' && typeof node.index.value === 'string') {
    return own(peek(evaluation, node.object), node.index.value);
  }
  return undefined;
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function presentKeys(evaluation: Evaluation, node: Node): string | undefined {
  if (node.type !== 'member') return undefined;
  const holder = peek(evaluation, node.object);
  if (Array.isArray(holder)) return `${printPath(node.object)} is an array: use [0] or map(x => x.${node.name})`;
  if (typeof holder !== 'object' || holder === null || hasOwn(holder, node.name)) return undefined;
  return didYouMean(node.name, Object.keys(holder));
}

/** The id of the skipped step a path starts at, if it does. */
function skippedStep(evaluation: Evaluation, node: Node): string | undefined {
  const keys: string[] = [];
  let at = node;
  while (at.type === 'member' || at.type === 'index') {
    keys.unshift(String(literalKey(at)));
    at = at.object;
  }
  if (at.type !== 'name') return undefined;
  const id = at.name === 'steps' ? keys[0] : at.name;
  if (id === undefined || (at.name !== 'steps' && isRoot(at.name))) return undefined;
  return own(own(own(evaluation.context, 'steps'), id), 'status') === 'skipped' ? id : undefined;
}

/** The error for a name that is neither a root with a value nor a step. */
export function rootFault(evaluation: Evaluation, node: Node, name: string): Fault {
  if (isRoot(name)) {
    const inLoop = name === 'item' || name === 'index' || name === 'loop';
    const message = inLoop ? `'${name}' exists only inside a loop` : `there is no '${name}' here`;
    return new Fault('E_ROOT', message, node.start, node.end, { path: name });
  }
  const message = node.type === 'name' ? `unknown name '${name}'` : `there is no step '${name}'`;
  return new Fault('E_ROOT', message, node.start, node.end, { path: name, hint: rootHint(evaluation, name) });
}

function rootHint(evaluation: Evaluation, name: string): string {
  const steps = own(evaluation.context, 'steps');
  const stepNames = typeof steps === 'object' && steps !== null ? Object.keys(steps) : [];
  const roots = Object.keys(evaluation.context).filter(isRoot);
  return didYouMean(name, [...roots, ...stepNames]) ?? `if the text is meant, write '${name}' in quotes`;
}
