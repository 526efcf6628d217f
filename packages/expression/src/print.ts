import type { BinaryOperator, LogicalOperator, Node } from './ast.js';
import { isIdentifier } from './names.js';
import { encodeText } from './text-literal.js';

type Quote = '"' | "'";

const LEVEL: Readonly<Record<BinaryOperator | LogicalOperator, number>> = {
  '??': 2,
  '||': 3,
  '&&': 4,
  '==': 6,
  '!=': 6,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  in: 7,
  '+': 8,
  '-': 8,
  '*': 9,
  '/': 9,
  '%': 9,
};
const UNARY_LEVEL = 10;
const POSTFIX_LEVEL = 11;

/**
 * Writes a tree as text that parses to the same tree. Interpolated texts need condition mode to be read back.
 *
 * @example print(parse('a+1')) // 'a + 1'
 */
export function print(node: Node): string {
  return write(node, 0, '"');
}

/** A path for a message, at most 80 characters. */
export function printPath(node: Node): string {
  const text = print(node);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function write(node: Node, minimum: number, quote: Quote): string {
  const [text, level] = writeAt(node, quote);
  return level < minimum ? `(${text})` : text;
}

function writeAt(node: Node, quote: Quote): [text: string, level: number] {
  switch (node.type) {
    case 'literal':
      return [
        typeof node.value === 'string' ? encodeText(node.value, quote, quote === "'") : String(node.value),
        POSTFIX_LEVEL,
      ];
    case 'name':
      return [node.name, POSTFIX_LEVEL];
    case 'array':
      return [`[${node.items.map((item) => write(item, 0, quote)).join(', ')}]`, POSTFIX_LEVEL];
    case 'object':
      return [writeObject(node.entries, quote), POSTFIX_LEVEL];
    case 'member':
      return [`${writeBase(node.object, quote)}${node.optional ? '?.' : '.'}${node.name}`, POSTFIX_LEVEL];
    case 'index': {
      const index = write(node.index, 0, quote);
      return [`${writeBase(node.object, quote)}${node.optional ? '?.' : ''}[${index}]`, POSTFIX_LEVEL];
    }
    case 'call': {
      const args = node.args.map((argument) => write(argument, 0, quote)).join(', ');
      const receiver = node.receiver === null ? '' : writeBase(node.receiver, quote) + (node.optional ? '?.' : '.');
      return [`${receiver}${node.name}(${args})`, POSTFIX_LEVEL];
    }
    case 'lambda': {
      const params = node.params.length === 1 ? String(node.params[0]) : `(${node.params.join(', ')})`;
      return [`${params} => ${write(node.body, 0, quote)}`, 0];
    }
    case 'unary':
      return [`${node.operator}${write(node.operand, UNARY_LEVEL, quote)}`, UNARY_LEVEL];
    case 'binary':
    case 'logical':
      return [writeInfix(node.operator, node.left, node.right, quote), LEVEL[node.operator]];
    case 'conditional': {
      const test = write(node.test, 2, quote);
      return [`${test} ? ${write(node.consequent, 0, quote)} : ${write(node.alternate, 0, quote)}`, 1];
    }
    case 'interpolation': {
      const parts = node.parts.map((part) =>
        typeof part === 'string' ? writePiece(part) : `{{ ${write(part, 0, "'")} }}`,
      );
      return [`"${parts.join('')}"`, POSTFIX_LEVEL];
    }
  }
}

/** Text beside `{{ }}`; a brace at its end must not join those that follow. */
function writePiece(text: string): string {
  return encodeText(text, '"').slice(1, -1).replace(/\{$/, '\\u007b');
}

/** What comes before a dot, a bracket or a call. */
function writeBase(node: Node, quote: Quote): string {
  return write(node, POSTFIX_LEVEL, quote);
}

function writeInfix(operator: BinaryOperator | LogicalOperator, left: Node, right: Node, quote: Quote): string {
  const level = LEVEL[operator];
  // Comparisons do not chain, and '??' takes no bare '||' or '&&' beside it.
  const leftLevel = level === 7 ? 8 : level;
  const side = (node: Node, minimum: number): string => {
    const mixes = operator === '??' && node.type === 'logical' && node.operator !== '??';
    return mixes ? `(${write(node, 0, quote)})` : write(node, minimum, quote);
  };
  return `${side(left, leftLevel)} ${operator} ${side(right, level + 1)}`;
}

function writeObject(entries: readonly { readonly key: string; readonly value: Node }[], quote: Quote): string {
  const written = entries.map(({ key, value }) => {
    return `${isIdentifier(key) ? key : encodeText(key, quote, quote === "'")}: ${write(value, 0, quote)}`;
  });
  // A space keeps '{ {' and '} }' apart from the braces of templates.
  return written.length === 0 ? '{ }' : `{ ${written.join(', ')} }`;
}
