import type { ExactNumber } from './exact/exact-number.js';

/** Operators of two operands that always evaluate both. `===` and `!==` are read as `==` and `!=`. */
export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** Operators that may skip their right operand. */
export type LogicalOperator = '&&' | '||' | '??';

/** What every node has: its place in the source and its height in the tree. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** `1`, `'text'`, `true`, `null`. */
export interface Literal extends Placed {
  readonly type: 'literal';
  readonly value: null | boolean | number | ExactNumber | string;
}

/** A root, a step id or a variable of a lambda. */
export interface Name extends Placed {
  readonly type: 'name';
  readonly name: string;
}

/** `[a, b]`. */
interface ArrayLiteral extends Placed {
  readonly type: 'array';
  readonly items: readonly Node[];
}

/** `{key: value}`. */
interface ObjectLiteral extends Placed {
  readonly type: 'object';
  readonly entries: readonly { readonly key: string; readonly value: Node }[];
}

/** `object.name` and `object?.name`; `nameStart` is where the name begins. */
export interface Member extends Placed {
  readonly type: 'member';
  readonly object: Node;
  readonly name: string;
  readonly nameStart: number;
  readonly optional: boolean;
}

/** `object[index]` and `object?.[index]`. */
export interface Index extends Placed {
  readonly type: 'index';
  readonly object: Node;
  readonly index: Node;
  readonly optional: boolean;
}

/** `name(args)` when `receiver` is null, else `receiver.name(args)`. */
export interface Call extends Placed {
  readonly type: 'call';
  readonly receiver: Node | null;
  readonly name: string;
  readonly nameStart: number;
  readonly args: readonly Node[];
  readonly optional: boolean;
}

/** `x => body`; only ever an argument of a call. */
export interface LambdaNode extends Placed {
  readonly type: 'lambda';
  readonly params: readonly string[];
  readonly body: Node;
}

/** `!a`, `-a`. */
export interface Unary extends Placed {
  readonly type: 'unary';
  readonly operator: '!' | '-';
  readonly operand: Node;
}

/** `a + b`. */
export interface Binary extends Placed {
  readonly type: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Node;
  readonly right: Node;
}

/** `a && b`. */
export interface Logical extends Placed {
  readonly type: 'logical';
  readonly operator: LogicalOperator;
  readonly left: Node;
  readonly right: Node;
}

/** `test ? consequent : alternate`. */
interface Conditional extends Placed {
  readonly type: 'conditional';
  readonly test: Node;
  readonly consequent: Node;
  readonly alternate: Node;
}

/** A text of a condition with `{{ }}` inside: its pieces in order. */
interface Interpolation extends Placed {
  readonly type: 'interpolation';
  readonly parts: readonly (string | Node)[];
}

/** Everything the parser can produce. */
export type Node =
  | Literal
  | Name
  | ArrayLiteral
  | ObjectLiteral
  | Member
  | Index
  | Call
  | LambdaNode
  | Unary
  | Binary
  | Logical
  | Conditional
  | Interpolation;

/** A node that reads from or calls on another one. */
export type Link = Member | Index | Call;

/** What a link reads from; `null` for a function call. */
export function linkBase(node: Node): Node | null {
  if (node.type === 'member' || node.type === 'index') return node.object;
  return node.type === 'call' ? node.receiver : null;
}

/** The key of a link that is known before evaluation: `.name`, `["name"]`, `[0]`, `[-1]`. */
export function literalKey(node: Node): string | number | undefined {
  if (node.type === 'member') return node.name;
  if (node.type !== 'index') return undefined;
  const { index } = node;
  if (index.type === 'unary' && index.operator === '-' && index.operand.type === 'literal') {
    return typeof index.operand.value === 'number' ? -index.operand.value : undefined;
  }
  if (index.type !== 'literal') return undefined;
  return typeof index.value === 'string' || typeof index.value === 'number' ? index.value : undefined;
}

/** The direct children of a node, in the order they are written. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'literal':
    case 'name':
      return [];
    case 'array':
      return node.items;
    case 'object':
      return node.entries.map((entry) => entry.value);
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'call':
      return node.receiver === null ? node.args : [node.receiver, ...node.args];
    case 'lambda':
      return [node.body];
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'logical':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.consequent, node.alternate];
    case 'interpolation':
      return node.parts.filter((part) => typeof part !== 'string');
  }
}
