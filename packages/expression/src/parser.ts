import type { BinaryOperator, LogicalOperator, Node } from './ast.js';
import { Fault } from './errors.js';
import { Lexer, TOKEN } from './lexer.js';
import type { Limits } from './limits.js';
import { OperandParser } from './operand-parser.js';

/** How a text is read: a bare expression, the inside of `{{ }}`, or a condition in which `{{ }}` are parentheses. */
type ParseMode = 'expression' | 'condition';

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['?', 1],
  ['??', 2],
  ['||', 3],
  ['or', 3],
  ['&&', 4],
  ['and', 4],
  ['==', 6],
  ['!=', 6],
  ['<', 7],
  ['<=', 7],
  ['>', 7],
  ['>=', 7],
  ['in', 7],
  ['+', 8],
  ['-', 8],
  ['*', 9],
  ['/', 9],
  ['%', 9],
]);

/** `not` binds weaker than comparisons, as its readers expect: `not a == b` is `!(a == b)`. */
const NOT_PRECEDENCE = 6;

const RELATIONAL = 7;

/** A Pratt parser; can produce the node types of `ast.ts` and nothing else. */
export class Parser extends OperandParser {
  /** Parses up to the end of the text. */
  parseWhole(): Node {
    this.lexer.next();
    if (this.lexer.kind === TOKEN.end) {
      throw new Fault('E_SYNTAX', 'the expression is empty', this.lexer.start, this.lexer.end);
    }
    const node = this.parseExpression(0);
    if (this.lexer.kind !== TOKEN.end) throw this.unexpected();
    return node;
  }

  protected override inner(lexer: Lexer): Parser {
    return new Parser(lexer, false, this.limits);
  }

  override parseExpression(minimum: number): Node {
    this.enter();
    const { lexer } = this;
    let left = this.#parsePrefix();
    for (;;) {
      if (lexer.kind !== TOKEN.sign && lexer.kind !== TOKEN.name) break;
      const operator = lexer.text;
      const precedence = PRECEDENCE.get(operator);
      if (precedence === undefined || precedence <= minimum) break;
      left = operator === '?' ? this.#parseChoice(left) : this.#parseInfix(left, operator, precedence);
    }
    this.leave();
    return left;
  }

  #parsePrefix(): Node {
    const { lexer } = this;
    const { start } = lexer;
    if (lexer.kind === TOKEN.name && lexer.text === 'not') {
      lexer.next();
      const operand = this.parseExpression(NOT_PRECEDENCE - 1);
      return this.#unary('!', operand, start);
    }
    return this.#parseUnary();
  }

  #parseUnary(): Node {
    const { lexer } = this;
    if (lexer.kind !== TOKEN.sign || (lexer.text !== '!' && lexer.text !== '-')) return this.parsePostfix();
    const { start } = lexer;
    const operator = lexer.text;
    lexer.next();
    this.enter();
    const operand = this.#parseUnary();
    this.leave();
    return this.#unary(operator, operand, start);
  }

  #unary(operator: '!' | '-', operand: Node, start: number): Node {
    return this.count({ type: 'unary', start, end: operand.end, depth: operand.depth + 1, operator, operand });
  }

  #parseInfix(left: Node, operator: string, precedence: number): Node {
    const { lexer } = this;
    lexer.next();
    const right = this.parseExpression(precedence);
    const place = { start: left.start, end: right.end, depth: Math.max(left.depth, right.depth) + 1 };
    if (precedence <= 4) {
      const logical = (operator === 'or' ? '||' : operator === 'and' ? '&&' : operator) as LogicalOperator;
      if (logical === '??') this.#refuseMix(left, right);
      return this.count({ type: 'logical', ...place, operator: logical, left, right });
    }
    const node = this.count({ type: 'binary', ...place, operator: operator as BinaryOperator, left, right });
    if (precedence === RELATIONAL && PRECEDENCE.get(lexer.text) === RELATIONAL && lexer.kind !== TOKEN.text) {
      throw new Fault('E_SYNTAX', 'comparisons cannot be chained', lexer.start, lexer.end, {
        hint: 'write a < b && b < c',
      });
    }
    return node;
  }

  #refuseMix(left: Node, right: Node): void {
    for (const side of [left, right]) {
      if (side.type === 'logical' && side.operator !== '??' && !this.isGrouped(side)) {
        throw new Fault('E_SYNTAX', `'??' cannot be mixed with '${side.operator}'`, side.start, side.end, {
          hint: 'put parentheses around one of them',
        });
      }
    }
  }

  #parseChoice(test: Node): Node {
    const { lexer } = this;
    lexer.next();
    const consequent = this.parseExpression(0);
    this.expect(':', "the choice 'a ? b : c' needs ':' here");
    const alternate = this.parseExpression(0);
    const depth = Math.max(test.depth, consequent.depth, alternate.depth) + 1;
    const { start } = test;
    return this.count({ type: 'conditional', start, end: alternate.end, depth, test, consequent, alternate });
  }
}

/** Parses a whole text. @throws Fault E_SYNTAX or E_LIMIT */
export function parse(source: string, mode: ParseMode, limits: Limits): Node {
  if (source.length > limits.sourceLength) {
    throw new Fault('E_LIMIT', `the ${mode} is longer than ${String(limits.sourceLength)} characters`, 0, 0);
  }
  return new Parser(new Lexer(source, 0, source.length), mode === 'condition', limits).parseWhole();
}
