import { type Binary, type Call, type LambdaNode, literalKey, type Logical, type Node } from './ast.js';
import type { Diagnostics } from './diagnostic.js';
import { Fault } from './errors.js';
import { isRoot } from './names.js';
import { printPath } from './print.js';
import {
  type ContextShape,
  describe,
  described,
  type Described,
  describeFields,
  describeItems,
  describeStep,
  UNKNOWN,
} from './shape.js';
import { paramAt, resolveCall, signature } from './static-checks.js';
import { didYouMean } from './suggest.js';
import { ANY_TYPE, hasOwn, TYPE, typeOf, type TypeSet, typeSetName } from './value.js';

/** Variables of lambdas in reach. */
export type Scope = ReadonlyMap<string, Described>;

const TEXTUAL: TypeSet = TYPE.text | TYPE.number | TYPE.boolean;

/** Finds out what types values can have and reports what can never work; errors only where it is certain. */
export class Inference {
  /** Names of the helpers used, in the order met. */
  readonly helpers = new Set<string>();

  constructor(
    private readonly shape: ContextShape,
    private readonly diagnostics: Diagnostics,
  ) {}

  infer(node: Node, scope: Scope): Described {
    switch (node.type) {
      case 'literal':
        return described(typeOf(node.value));
      case 'name':
        return scope.get(node.name) ?? this.#root(node.name);
      case 'array': {
        return describeItems(common(node.items.map((item) => this.infer(item, scope))));
      }
      case 'object':
        return describeFields(new Map(node.entries.map(({ key, value }) => [key, this.infer(value, scope)])), true);
      case 'member':
      case 'index':
        return this.#read(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'unary':
        return this.#unary(node, scope);
      case 'binary':
        return this.#binary(node, scope);
      case 'logical':
        return this.#logical(node, scope);
      case 'conditional':
        this.infer(node.test, scope);
        return either(this.infer(node.consequent, scope), this.infer(node.alternate, scope));
      case 'interpolation':
        for (const part of node.parts) if (typeof part !== 'string') this.infer(part, scope);
        return described(TYPE.text);
      case 'lambda':
        return UNKNOWN;
    }
  }

  /** What is known about a bare name. */
  #root(name: string): Described {
    const { roots = {}, steps = {} } = this.shape;
    if (name === 'steps') {
      return describeFields(new Map(Object.entries(steps).map(([id, shape]) => [id, describeStep(shape)])));
    }
    if (isRoot(name)) {
      const shape = hasOwn(roots, name) ? roots[name] : undefined;
      return shape === undefined ? UNKNOWN : describe(shape);
    }
    const shape = hasOwn(steps, name) ? steps[name] : undefined;
    return shape === undefined ? UNKNOWN : describeStep(shape);
  }

  #read(node: Extract<Node, { type: 'member' | 'index' }>, scope: Scope): Described {
    const base = this.infer(node.object, scope);
    if (node.type === 'index' && literalKey(node) === undefined) this.infer(node.index, scope);
    const key = literalKey(node);
    const scalar = TYPE.number | TYPE.boolean;
    if (key !== undefined && base.types !== 0 && (base.types & ~scalar) === 0) {
      this.#report(base.certain, node, `cannot read '${String(key)}' of a ${typeSetName(base.types)}`);
      return UNKNOWN;
    }
    if (typeof key === 'number') return base.types === TYPE.text ? described(TYPE.text, false) : base.item();
    if (key === undefined) return base.types === TYPE.array ? base.item() : UNKNOWN;
    if (key === 'length' && (base.types & ~(TYPE.text | TYPE.array)) === 0) return described(TYPE.number);
    const field = base.field(key);
    if (field === undefined) this.#warnUnknownField(node, base, key);
    return field ?? UNKNOWN;
  }

  #warnUnknownField(node: Extract<Node, { type: 'member' | 'index' }>, base: Described, key: string): void {
    const keys = base.keys();
    if (
      keys.length === 0 ||
      base.types !== TYPE.object ||
      (node.object.type === 'name' && node.object.name === 'steps')
    )
      return;
    const start = node.type === 'member' ? node.nameStart : node.start;
    const message = `${printPath(node.object)} is not known to have '${key}'`;
    const hint = didYouMean(key, keys) ?? `known are ${keys.slice(0, 12).join(', ')}`;
    this.diagnostics.add('warning', new Fault('E_MISSING', message, start, node.end, { hint }));
  }

  #call(node: Call, scope: Scope): Described {
    let resolved: ReturnType<typeof resolveCall>;
    try {
      resolved = resolveCall(node);
    } catch (thrown) {
      this.diagnostics.add('error', thrown);
      for (const argument of node.receiver === null ? node.args : [node.receiver, ...node.args]) {
        if (argument.type !== 'lambda') this.infer(argument, scope);
      }
      return UNKNOWN;
    }
    const { helper, args } = resolved;
    this.helpers.add(helper.name);
    let subject: Described = UNKNOWN;
    let mapped: Described = UNKNOWN;
    args.forEach((argument, position) => {
      const param = paramAt(helper, position);
      if (argument.type === 'lambda') {
        mapped = this.#lambda(argument, subject.item(), scope, param.binds);
        return;
      }
      const value = this.infer(argument, scope);
      if (position === 0) subject = value;
      const accepted = param.soft ? ANY_TYPE : param.types;
      if (value.types !== 0 && (value.types & accepted) === 0) {
        const message = `${helper.name}() needs ${typeSetName(param.types)} for '${param.name}', got ${typeSetName(value.types)}`;
        this.#report(value.certain, argument, message, signature(helper));
      }
    });
    return resultOf(helper.name, helper.returns, subject, mapped);
  }

  #lambda(node: LambdaNode, item: Described, scope: Scope, binds: readonly string[]): Described {
    const inner = new Map(scope);
    node.params.forEach((name, position) => {
      const bound = binds[position];
      inner.set(name, bound === 'item' ? item : bound === 'index' ? described(TYPE.number) : UNKNOWN);
    });
    return this.infer(node.body, inner);
  }

  #unary(node: Extract<Node, { type: 'unary' }>, scope: Scope): Described {
    const operand = this.infer(node.operand, scope);
    if (node.operator === '!') return described(TYPE.boolean);
    if ((operand.types & TYPE.number) === 0) {
      this.#report(operand.certain, node, `'-' needs a number, got ${typeSetName(operand.types)}`);
    }
    return described(TYPE.number);
  }

  #logical(node: Logical, scope: Scope): Described {
    const left = this.infer(node.left, scope);
    const right = this.infer(node.right, scope);
    if (node.operator !== '??') return either(left, right);
    return either({ ...left, types: left.types & ~TYPE.null }, right);
  }

  #binary(node: Binary, scope: Scope): Described {
    const left = this.infer(node.left, scope);
    const right = this.infer(node.right, scope);
    const certain = left.certain && right.certain;
    const both = (types: TypeSet): boolean => (left.types & types) !== 0 && (right.types & types) !== 0;
    const names = `${typeSetName(left.types)} and ${typeSetName(right.types)}`;
    const hint = /text/.test(names) && /number/.test(names) ? 'turn the text into a number with number(…)' : undefined;
    switch (node.operator) {
      case '==':
      case '!=':
        if ((left.types & right.types) === 0 && ((left.types | right.types) & TYPE.null) === 0) {
          this.#report(false, node, `${names} are never equal`, hint);
        }
        return described(TYPE.boolean);
      case '<':
      case '<=':
      case '>':
      case '>=':
        if (!both(TYPE.number) && !both(TYPE.text)) this.#report(certain, node, `cannot compare ${names}`, hint);
        return described(TYPE.boolean);
      case 'in':
        if ((right.types & (TYPE.array | TYPE.object | TYPE.text)) === 0) {
          this.#report(right.certain, node, `'in' needs an array, object or text, got ${typeSetName(right.types)}`);
        }
        return described(TYPE.boolean);
      case '+':
        return this.#plus(node, left, right, names, certain);
      default:
        if (!both(TYPE.number)) this.#report(certain, node, `'${node.operator}' needs two numbers, got ${names}`, hint);
        return described(TYPE.number);
    }
  }

  #plus(node: Binary, left: Described, right: Described, names: string, certain: boolean): Described {
    const numbers = (left.types & TYPE.number) !== 0 && (right.types & TYPE.number) !== 0;
    const texts =
      ((left.types & TYPE.text) !== 0 && (right.types & TEXTUAL) !== 0) ||
      ((right.types & TYPE.text) !== 0 && (left.types & TEXTUAL) !== 0);
    if (!numbers && !texts) this.#report(certain, node, `'+' cannot join ${names}`);
    return described((numbers ? TYPE.number : 0) | (texts ? TYPE.text : 0));
  }

  #report(certain: boolean, node: Node, message: string, hint?: string): void {
    this.diagnostics.add(certain ? 'error' : 'warning', new Fault('E_TYPE', message, node.start, node.end, { hint }));
  }
}

/** What holds for one value or the other. Fields and items are known only of what is an object or array on one side. */
function either(left: Described, right: Described): Described {
  const structured = TYPE.object | TYPE.array;
  const types = left.types | right.types;
  const certain = left.certain && right.certain;
  if ((right.types & structured) === 0) return { ...left, types, certain };
  if ((left.types & structured) === 0) return { ...right, types, certain };
  return described(types, certain);
}

/** What holds for every one of some values. */
function common(values: readonly Described[]): Described {
  return values.length === 0 ? UNKNOWN : values.reduce(either);
}

/** Helpers whose result has the items of their subject. */
const SAME_ITEMS = new Set(['filter', 'slice', 'sortBy', 'reverse', 'unique', 'compact']);
const ONE_ITEM = new Set(['find', 'first', 'last']);

function resultOf(name: string, returns: TypeSet, subject: Described, mapped: Described): Described {
  if (name === 'map') return describeItems(mapped);
  if (ONE_ITEM.has(name)) return { ...subject.item(), certain: false };
  if (SAME_ITEMS.has(name) && subject.types === TYPE.array) return describeItems(subject.item());
  if (name === 'default' || name === 'coalesce' || name === 'if') return UNKNOWN;
  return described(returns);
}
