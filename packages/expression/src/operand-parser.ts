import type { Literal, Node } from './ast.js';
import { Fault } from './errors.js';
import { Lexer, TOKEN } from './lexer.js';
import { isKeyword, REFUSED_WORDS } from './names.js';
import { ParserState } from './parser-state.js';
import { decodeText } from './text-literal.js';
import { FORBIDDEN_KEY } from './value.js';

/** The part of the parser below the operators: literals, names, reads, calls and lambdas. */
export abstract class OperandParser extends ParserState {
  /** Parses an expression whose operators bind tighter than `minimum`. */
  abstract parseExpression(minimum: number): Node;

  /** A parser for the inside of `{{ }}` of a text. */
  protected abstract inner(lexer: Lexer): OperandParser;

  protected parsePostfix(): Node {
    let node = this.#parsePrimary();
    while (this.lexer.kind === TOKEN.sign) {
      const sign = this.lexer.text;
      if (sign === '.') node = this.#parseRead(node, false);
      else if (sign === '?.') node = this.#parseRead(node, true);
      else if (sign === '[') node = this.#parseIndex(node, false);
      else if (sign === '(') {
        throw new Fault('E_SYNTAX', 'a value cannot be called', this.lexer.start, this.lexer.end, {
          hint: 'only built-in functions can, by their name: value.trim() or trim(value)',
        });
      } else break;
    }
    return node;
  }

  #parseRead(object: Node, optional: boolean): Node {
    const { lexer } = this;
    lexer.next();
    if (optional && this.at('[')) return this.#parseIndex(object, true);
    if (lexer.kind !== TOKEN.name) {
      throw new Fault('E_SYNTAX', 'a name is missing after the dot', lexer.start, lexer.end, {
        hint: 'use ["…"] for keys that are no plain names, [0] for the first item',
      });
    }
    const name = lexer.text;
    const nameStart = lexer.start;
    const { end } = lexer;
    lexer.next();
    if (this.at('(')) return this.#parseCall(object, name, nameStart, optional);
    const { start } = object;
    return this.count({ type: 'member', start, end, depth: object.depth + 1, object, name, nameStart, optional });
  }

  #parseIndex(object: Node, optional: boolean): Node {
    this.lexer.next();
    const index = this.parseExpression(0);
    this.expect(']', "']' is missing");
    const { start } = object;
    const depth = Math.max(object.depth, index.depth) + 1;
    return this.count({ type: 'index', start, end: this.lexer.previousEnd, depth, object, index, optional });
  }

  #parseCall(receiver: Node | null, name: string, nameStart: number, optional: boolean): Node {
    this.lexer.next();
    const args: Node[] = [];
    let depth = receiver === null ? 0 : receiver.depth;
    while (!this.at(')')) {
      if (args.length > 0) this.expect(',', "',' or ')' is missing");
      const argument = this.#parseLambda() ?? this.parseExpression(0);
      depth = Math.max(depth, argument.depth);
      args.push(argument);
    }
    const { end } = this.lexer;
    this.lexer.next();
    const start = receiver === null ? nameStart : receiver.start;
    return this.count({ type: 'call', start, end, depth: depth + 1, receiver, name, nameStart, args, optional });
  }

  #parseLambda(): Node | null {
    const { lexer } = this;
    const { start } = lexer;
    const params = this.#lambdaParams();
    if (params === null) return null;
    this.enter();
    const body = this.parseExpression(0);
    this.leave();
    return this.count({ type: 'lambda', start, end: body.end, depth: body.depth + 1, params, body });
  }

  /** Reads `x =>` or `(x, y) =>`; null, with nothing read, when something else is here. */
  #lambdaParams(): string[] | null {
    const { lexer } = this;
    if (lexer.kind === TOKEN.name) {
      if (!/^\s*=>/.test(lexer.source.slice(lexer.end, lexer.end + 20))) return null;
      const name = this.#lambdaParam();
      lexer.next();
      return [name];
    }
    if (
      !this.at('(') ||
      !/^\(\s*[\w$]+\s*(,\s*[\w$]+\s*){0,2}\)\s*=>/.test(lexer.source.slice(lexer.start, lexer.start + 200))
    ) {
      return null;
    }
    const names: string[] = [];
    do {
      lexer.next();
      const { start, end } = lexer;
      const name = this.#lambdaParam();
      if (names.includes(name)) throw new Fault('E_SYNTAX', `'${name}' is there twice`, start, end);
      names.push(name);
    } while (this.at(','));
    lexer.next();
    lexer.next();
    return names;
  }

  #lambdaParam(): string {
    const { lexer } = this;
    const name = lexer.text;
    if (lexer.kind !== TOKEN.name || isKeyword(name) || name === FORBIDDEN_KEY) {
      throw new Fault('E_SYNTAX', 'this cannot be the name of a function parameter', lexer.start, lexer.end);
    }
    lexer.next();
    return name;
  }

  #parsePrimary(): Node {
    const { lexer } = this;
    const { start, end, kind, text } = lexer;
    if (kind === TOKEN.number) return this.#literal(lexer.number);
    if (kind === TOKEN.text) {
      if (this.condition && lexer.source.slice(start, end).includes('{{')) return this.#parseInterpolation();
      return this.#literal(text);
    }
    if (kind === TOKEN.name) return this.#parseName(text, start, end);
    if (kind === TOKEN.sign) {
      if (text === '(') return this.#parseGroup();
      if (text === '[') return this.#parseArray();
      if (text === '{') return lexer.source.charCodeAt(end) === 123 ? this.#parseBraces() : this.#parseObject();
    }
    throw this.unexpected();
  }

  #literal(value: Literal['value']): Node {
    const { start, end } = this.lexer;
    this.lexer.next();
    return this.count({ type: 'literal', start, end, depth: 1, value });
  }

  #parseName(name: string, start: number, end: number): Node {
    if (name === 'true') return this.#literal(true);
    if (name === 'false') return this.#literal(false);
    if (name === 'null' || name === 'undefined') return this.#literal(null);
    if (name === 'and' || name === 'or' || name === 'in' || name === 'not') throw this.unexpected();
    this.lexer.next();
    if (this.at('(')) return this.#parseCall(null, name, start, false);
    if (REFUSED_WORDS.has(name) || name === FORBIDDEN_KEY) {
      throw new Fault('E_SYNTAX', `'${name}' is not part of the language`, start, end);
    }
    return this.count({ type: 'name', start, end, depth: 1, name });
  }

  #parseGroup(): Node {
    this.lexer.next();
    const node = this.parseExpression(0);
    this.expect(')', "')' is missing");
    this.noteGroup(node);
    return node;
  }

  #parseArray(): Node {
    const { start } = this.lexer;
    const items: Node[] = [];
    let depth = 0;
    this.lexer.next();
    while (!this.at(']')) {
      if (items.length > 0) this.expect(',', "',' or ']' is missing");
      if (items.length > 0 && this.at(']')) break;
      const item = this.parseExpression(0);
      depth = Math.max(depth, item.depth);
      items.push(item);
    }
    const { end } = this.lexer;
    this.lexer.next();
    return this.count({ type: 'array', start, end, depth: depth + 1, items });
  }

  #parseObject(): Node {
    const { start } = this.lexer;
    const entries: { key: string; value: Node }[] = [];
    let depth = 0;
    this.lexer.next();
    while (!this.at('}')) {
      if (entries.length > 0) this.expect(',', "',' or '}' is missing");
      if (entries.length > 0 && this.at('}')) break;
      const { start: keyStart, end: keyEnd } = this.lexer;
      const key = this.#parseKey();
      if (entries.some((entry) => entry.key === key)) {
        throw new Fault('E_SYNTAX', `the key '${key}' is there twice`, keyStart, keyEnd);
      }
      this.expect(':', "':' is missing after the key");
      const value = this.parseExpression(0);
      depth = Math.max(depth, value.depth);
      entries.push({ key, value });
    }
    const { end } = this.lexer;
    this.lexer.next();
    return this.count({ type: 'object', start, end, depth: depth + 1, entries });
  }

  #parseKey(): string {
    const { lexer } = this;
    if (lexer.kind !== TOKEN.name && lexer.kind !== TOKEN.text && lexer.kind !== TOKEN.number) {
      throw new Fault('E_SYNTAX', 'a key is missing', lexer.start, lexer.end, { hint: 'write {name: value}' });
    }
    const key = lexer.kind === TOKEN.number ? String(lexer.number) : lexer.text;
    if (key === FORBIDDEN_KEY) {
      throw new Fault('E_KEY', `the key '${FORBIDDEN_KEY}' is not allowed`, lexer.start, lexer.end);
    }
    lexer.next();
    return key;
  }

  /** `{{ expression }}` as an operand of a condition. */
  #parseBraces(): Node {
    const { lexer } = this;
    const { start } = lexer;
    if (!this.condition) throw this.unexpected();
    if (lexer.source.charCodeAt(start + 2) === 123) {
      throw new Fault('E_SYNTAX', "'{{{' is not allowed", start, start + 3, { hint: 'put a space after {{' });
    }
    lexer.next();
    lexer.next();
    this.condition = false;
    const node = this.parseExpression(0);
    this.condition = true;
    this.closeBraces(start);
    lexer.next();
    this.noteGroup(node);
    return node;
  }

  /** Checks that `}}` is here and returns where it ends; the lexer stays on the first brace's end or second brace. */
  closeBraces(open: number): number {
    const { lexer } = this;
    const { start } = lexer;
    if (!this.at('}') || lexer.source.charCodeAt(start + 1) !== 125 || start + 1 >= lexer.limit) {
      if (lexer.kind === TOKEN.end) {
        throw new Fault('E_SYNTAX', "'{{' is never closed", open, open + 2, { hint: 'add }} after the expression' });
      }
      throw this.unexpected();
    }
    lexer.next();
    return start + 2;
  }

  #parseInterpolation(): Node {
    const { lexer } = this;
    const { start, end, source } = { start: lexer.start, end: lexer.end, source: lexer.source };
    const parts: (string | Node)[] = [];
    let depth = 0;
    let from = start + 1;
    for (let open = source.indexOf('{{', from); open !== -1 && open < end - 1; open = source.indexOf('{{', from)) {
      if (open > from) parts.push(decodeText(source, from, open));
      const inner = this.inner(new Lexer(source, open + 2, end - 1));
      inner.lexer.next();
      if (inner.at('}')) throw new Fault('E_SYNTAX', "'{{ }}' is empty", open, inner.lexer.end);
      const node = inner.parseExpression(0);
      from = inner.closeBraces(open);
      this.nodes += inner.nodes;
      depth = Math.max(depth, node.depth);
      parts.push(node);
    }
    if (from < end - 1) parts.push(decodeText(source, from, end - 1));
    lexer.next();
    return this.count({ type: 'interpolation', start, end, depth: depth + 1, parts });
  }
}
