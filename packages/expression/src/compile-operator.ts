import { missingFault } from './access.js';
import type { Binary, Logical, Node, Unary } from './ast.js';
import { Fault } from './errors.js';
import type { Evaluation } from './evaluation.js';
import { isNumeric, negated } from './exact/arithmetic.js';
import { ExactNumber } from './exact/exact-number.js';
import { add, arithmetic, compare, contains, equal, truthy } from './operators.js';
import { type Compiling, placed, type Thunk } from './thunk.js';
import { type Slot, typeName } from './value.js';

/** Compiles `!a` and `-a`. */
export function compileUnary(compiling: Compiling, node: Unary, soft: boolean): Thunk {
  const operand = compiling.compile(node.operand, node.operator === '-' && soft);
  if (node.operator === '!') return (evaluation) => !truthy(operand(evaluation));
  return (evaluation) => {
    const value = operand(evaluation);
    if (isNumeric(value)) return negated(value);
    if (value === undefined && (soft || evaluation.empty)) return undefined;
    if (value === undefined) throw missingFault(evaluation, node.operand);
    throw new Fault('E_TYPE', `'-' needs a number, got ${typeName(value)}`, node.start, node.end);
  };
}

/** Compiles `a && b`, `a || b` and `a ?? b`, which return one of their operands. */
export function compileLogical(compiling: Compiling, node: Logical, soft: boolean): Thunk {
  const left = compiling.compile(node.left, soft || node.operator === '??');
  const right = compiling.compile(node.right, soft);
  if (node.operator === '&&') {
    return (evaluation) => {
      const value = left(evaluation);
      return truthy(value) ? right(evaluation) : value;
    };
  }
  if (node.operator === '||') {
    return (evaluation) => {
      const value = left(evaluation);
      return truthy(value) ? value : right(evaluation);
    };
  }
  return (evaluation) => left(evaluation) ?? right(evaluation);
}

/** Compiles the operators that evaluate both sides. */
export function compileBinary(compiling: Compiling, node: Binary): Thunk {
  const left = compiling.compile(node.left, false);
  const right = compiling.compile(node.right, false);
  const { operator } = node;
  switch (operator) {
    case '==':
      return compileEqual(node, left, right);
    case '!=': {
      const same = compileEqual(node, left, right);
      return (evaluation) => same(evaluation) !== true;
    }
    case '+':
      return (evaluation) => {
        const a = left(evaluation);
        const b = right(evaluation);
        if (typeof a === 'number' && typeof b === 'number') {
          const sum = a + b;
          // Beyond, a sum of whole numbers may need more digits than a double has.
          if (sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER) return sum;
        } else if (typeof a === 'string' && typeof b === 'string') {
          const length = a.length + b.length;
          if (length <= SHORT_TEXT && length <= evaluation.limits.textLength) return a + b;
        }
        return slowly(evaluation, node, a, b, slowAdd);
      };
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(node, left, right, ORDERS[operator]);
    case 'in':
      return (evaluation) => {
        const needle = left(evaluation);
        const within = right(evaluation);
        if (evaluation.empty && (within === undefined || within === null)) return false;
        return slowly(evaluation, node, needle, within, contains);
      };
    case '-':
    case '*':
    case '/':
    case '%':
      return (evaluation) => {
        const a = left(evaluation);
        const b = right(evaluation);
        return slowly(evaluation, node, a, b, (_, x, y) =>
          evaluation.empty && (isAbsent(x) || isAbsent(y)) ? undefined : arithmetic(evaluation, operator, x, y),
        );
      };
  }
}

/** Shorter texts are joined without asking for limits. */
const SHORT_TEXT = 1024;

type Operation = (evaluation: Evaluation, left: Slot, right: Slot) => Slot;

const isAbsent = (value: Slot): boolean => value === undefined || value === null;

const slowAdd: Operation = (evaluation, left, right) => {
  const text = typeof left === 'string' || typeof right === 'string';
  if (evaluation.empty && !text && (isAbsent(left) || isAbsent(right))) return undefined;
  return add(evaluation, left, right);
};

/** Runs an operation with its faults placed and missing operands refused. */
function slowly(evaluation: Evaluation, node: Binary, left: Slot, right: Slot, operation: Operation): Slot {
  if (!evaluation.empty) {
    if (left === undefined) throw missingFault(evaluation, node.left);
    if (right === undefined) throw missingFault(evaluation, node.right);
  }
  try {
    return operation(evaluation, left, right);
  } catch (thrown) {
    throw placed(thrown, node.start, node.end);
  }
}

function compileEqual(node: Binary, left: Thunk, right: Thunk): Thunk {
  const literal = primitive(node.right);
  if (literal !== undefined && literal !== null) {
    return (evaluation) => {
      const value = left(evaluation);
      return value === literal || (value instanceof ExactNumber && equal(evaluation, value, literal));
    };
  }
  return (evaluation) => {
    const a = left(evaluation);
    const b = right(evaluation);
    try {
      return equal(evaluation, a, b);
    } catch (thrown) {
      throw placed(thrown, node.start, node.end);
    }
  };
}

function primitive(node: Node): null | boolean | number | string | undefined {
  if (node.type !== 'literal' || node.value instanceof ExactNumber) return undefined;
  return node.value;
}

/** What each operator says of two numbers, and of the order of two other values. */
interface Order {
  readonly numbers: (a: number, b: number) => boolean;
  readonly decide: (order: number) => boolean;
}

const ORDERS: Record<'<' | '<=' | '>' | '>=', Order> = {
  '<': { numbers: (a, b) => a < b, decide: (order) => order < 0 },
  '<=': { numbers: (a, b) => a <= b, decide: (order) => order <= 0 },
  '>': { numbers: (a, b) => a > b, decide: (order) => order > 0 },
  '>=': { numbers: (a, b) => a >= b, decide: (order) => order >= 0 },
};

function ordered(node: Binary, left: Thunk, right: Thunk, { numbers, decide }: Order): Thunk {
  return (evaluation) => {
    const a = left(evaluation);
    const b = right(evaluation);
    if (typeof a === 'number' && typeof b === 'number') return numbers(a, b);
    return slowly(evaluation, node, a, b, (_, x, y) =>
      evaluation.empty && (isAbsent(x) || isAbsent(y)) ? false : decide(compare(evaluation, x, y)),
    );
  };
}
