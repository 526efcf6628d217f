import type { Node } from './ast.js';
import { Fault } from './errors.js';
import { type Lexer, TOKEN } from './lexer.js';
import type { Limits } from './limits.js';
import { unexpectedToken } from './unexpected.js';

/** What all parts of the parser share: the tokens, the limits, and the errors for tokens in the wrong place. */
export abstract class ParserState {
  /** Operators that were in parentheses of their own; made for the first one. */
  #grouped: Set<Node> | undefined;
  #nesting = 0;
  protected nodes = 0;

  constructor(
    protected readonly lexer: Lexer,
    /** Whether `{{ }}` are parentheses and texts may hold them. */
    protected condition: boolean,
    protected readonly limits: Limits,
  ) {}

  protected enter(): void {
    if (++this.#nesting > this.limits.depth) throw this.#tooDeep(this.lexer.start, this.lexer.end);
  }

  protected leave(): void {
    this.#nesting--;
  }

  #tooDeep(start: number, end: number): Fault {
    return new Fault(
      'E_LIMIT',
      `the expression is nested deeper than ${String(this.limits.depth)} levels`,
      start,
      end,
      {
        hint: 'split it over several steps or variables',
      },
    );
  }

  /** Counts a new node and checks its height. */
  protected count<Kind extends Node>(node: Kind): Kind {
    if (++this.nodes > this.limits.nodes) {
      throw new Fault(
        'E_LIMIT',
        `the expression has more than ${String(this.limits.nodes)} parts`,
        node.start,
        node.end,
      );
    }
    if (node.depth > this.limits.depth) throw this.#tooDeep(node.start, node.end);
    return node;
  }

  /** Notes that a node was in parentheses. */
  protected noteGroup(node: Node): void {
    if (node.type === 'logical') (this.#grouped ??= new Set()).add(node);
  }

  protected isGrouped(node: Node): boolean {
    return this.#grouped?.has(node) === true;
  }

  protected unexpected(): Fault {
    return unexpectedToken(this.lexer, this.condition);
  }

  protected expect(sign: string, message: string): void {
    const { lexer } = this;
    if (lexer.kind !== TOKEN.sign || lexer.text !== sign) {
      const got = this.unexpected();
      throw new Fault('E_SYNTAX', message, lexer.start, Math.max(lexer.end, lexer.start), got.details);
    }
    lexer.next();
  }

  protected at(sign: string): boolean {
    return this.lexer.kind === TOKEN.sign && this.lexer.text === sign;
  }
}
