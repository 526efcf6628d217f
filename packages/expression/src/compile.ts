import { isContainer, missingFault, readKey, readOwn, rootFault } from './access.js';
import { type Call, type Index, type Link, linkBase, literalKey, type Name, type Node } from './ast.js';
import { acceptsMissing, compileFunction, compileLazy, compileMethod, isLazy } from './compile-call.js';
import { absent, chained, memberLink, optionalChain } from './compile-link.js';
import { compileBinary, compileLogical, compileUnary } from './compile-operator.js';
import { compilePath } from './compile-path.js';
import type { Evaluation } from './evaluation.js';
import { isRoot, LOOP_ROOTS } from './names.js';
import { chargeJoin, toText, truthy } from './operators.js';
import { printPath } from './print.js';
import { checkLiteralRoot, resolveCall } from './static-checks.js';
import { type Compiling, type LinkThunk, placed, type Thunk } from './thunk.js';
import { hasOwn, type Value } from './value.js';

/** A compiled tree and what its evaluation needs. */
export interface Compiled {
  readonly run: Thunk;
  /** How many lambda variables can be alive at once. */
  readonly variables: number;
  readonly usesSecrets: boolean;
}

/** Turns a tree into closures. @throws Fault for unknown helpers, wrong arguments, secrets without a literal name */
export function compile(node: Node): Compiled {
  const compiler = new Compiler();
  const run = compiler.compile(node, false);
  return { run, variables: compiler.variables, usesSecrets: compiler.usesSecrets };
}

class Compiler implements Compiling {
  variables = 0;
  usesSecrets = false;
  readonly #scope: string[] = [];

  withVariables<Result>(names: readonly string[], work: (slots: readonly number[]) => Result): Result {
    const slots = names.map((_, position) => this.#scope.length + position);
    this.#scope.push(...names);
    this.variables = Math.max(this.variables, this.#scope.length);
    const result = work(slots);
    this.#scope.length -= names.length;
    return result;
  }

  slotOf(name: string): number | undefined {
    const slot = this.#scope.lastIndexOf(name);
    return slot === -1 ? undefined : slot;
  }

  noteSecret(): void {
    this.usesSecrets = true;
  }

  compile(node: Node, soft: boolean): Thunk {
    switch (node.type) {
      case 'literal': {
        const { value } = node;
        return () => value;
      }
      case 'name':
        return this.#compileName(node, node.name, null, soft);
      case 'member':
      case 'index':
        return this.#compileChain(node, soft);
      case 'call':
        if (isLazy(node)) return compileLazy(this, resolveCall(node), soft);
        return node.receiver === null ? compileFunction(this, node, soft) : this.#compileChain(node, soft);
      case 'array':
        return this.#compileArray(node.items);
      case 'object':
        return this.#compileObject(node.entries);
      case 'unary':
        return compileUnary(this, node, soft);
      case 'binary':
        return compileBinary(this, node);
      case 'logical':
        return compileLogical(this, node, soft);
      case 'conditional': {
        const test = this.compile(node.test, false);
        const consequent = this.compile(node.consequent, soft);
        const alternate = this.compile(node.alternate, soft);
        return (evaluation) => (truthy(test(evaluation)) ? consequent(evaluation) : alternate(evaluation));
      }
      case 'interpolation':
        return this.compileParts(node.parts);
      case 'lambda':
        throw new Error('a lambda outside of a call');
    }
  }

  /** A bare name: a variable, a root or a step. `link` is what reads from it. */
  #compileName(node: Node, name: string, link: Node | null, soft: boolean): Thunk {
    const slot = this.slotOf(name);
    if (slot !== undefined) return (evaluation) => evaluation.locals[slot];
    checkLiteralRoot(name, node, link);
    if (name === 'secrets') this.noteSecret();
    if (isRoot(name)) {
      const optional = soft && !LOOP_ROOTS.has(name);
      return (evaluation) => {
        const value = readOwn(evaluation.context, name);
        if (value === undefined && !optional) throw rootFault(evaluation, node, name);
        return value;
      };
    }
    return (evaluation) => {
      const steps = stepsOf(evaluation);
      const value = steps === undefined ? undefined : readOwn(steps, name);
      if (value === undefined) throw rootFault(evaluation, node, name);
      return value;
    };
  }

  /** Reads and method calls from left to right. */
  #compileChain(node: Link, soft: boolean): Thunk {
    const path = this.#contextPath(node);
    if (path === null) return this.#compileLinks(node, soft);
    checkLiteralRoot(path.head.name, path.head, path.first);
    if (path.head.name === 'secrets') this.noteSecret();
    return compilePath(path.keys, () => this.#compileLinks(node, soft));
  }

  /** The keys of a chain that does nothing but read them, in order, from the context. */
  #contextPath(node: Link): { head: Name; first: Link; keys: string[] } | null {
    const keys: string[] = [];
    let first = node;
    for (;;) {
      const key = knownKey(first);
      const base = linkBase(first);
      if (key === undefined || base === null) return null;
      keys.push(key);
      if (base.type === 'name') {
        if (this.slotOf(base.name) !== undefined) return null;
        keys.push(base.name);
        if (!isRoot(base.name)) keys.push('steps');
        keys.reverse();
        return { head: base, first, keys };
      }
      if (base.type !== 'member' && base.type !== 'index') return null;
      first = base;
    }
  }

  #compileLinks(node: Link, soft: boolean): Thunk {
    const links: Link[] = [];
    let head: Node = node;
    for (let base = linkBase(head); base !== null && !this.#startsChain(head); base = linkBase(head)) {
      links.unshift(head as Link);
      head = base;
    }
    const softUntil = links.findLastIndex((link) => link.type === 'call' && acceptsMissing(link));
    const headSoft = soft || softUntil !== -1;
    const freeName = head.type === 'name' && this.slotOf(head.name) === undefined ? head.name : null;
    // A start that only reads keys from the context is a chain of its own.
    const unknownAt = links.findIndex((link) => knownKey(link) === undefined);
    const startEnd = freeName === null ? 0 : Math.max(unknownAt, 0);
    const start = links[startEnd - 1];
    const reads = links.slice(startEnd).map((link, offset) => {
      const position = startEnd + offset;
      const isStep = position === 0 && freeName === 'steps' && !link.optional;
      return { optional: link.optional, read: this.#compileLink(link, soft || position < softUntil, isStep) };
    });
    let thunk: Thunk;
    if (start !== undefined) thunk = this.#compileChain(start, headSoft);
    else if (head.type === 'name') thunk = this.#compileName(head, head.name, links[0] ?? null, headSoft);
    else thunk = this.compile(head, headSoft);
    const optionalAt = reads.findIndex(({ optional }) => optional);
    const plain = optionalAt === -1 ? reads : reads.slice(0, optionalAt);
    for (const { read } of plain) thunk = chained(thunk, read);
    return optionalAt === -1 ? thunk : optionalChain(thunk, reads.slice(optionalAt));
  }

  /** A lazy call (`x.default(…)`) evaluates its subject itself. */
  #startsChain(node: Node): boolean {
    return node.type === 'call' && isLazy(node);
  }

  #compileLink(link: Link, soft: boolean, isStep: boolean): LinkThunk {
    if (link.type === 'member') return memberLink(link, soft, isStep);
    if (link.type === 'index') return this.#indexLink(link, soft, isStep);
    return this.#methodLink(link, soft);
  }

  #methodLink(link: Call, soft: boolean): LinkThunk {
    return compileMethod(this, link, link.receiver ?? link, soft);
  }

  #indexLink(node: Index, soft: boolean, isStep: boolean): LinkThunk {
    const index = this.compile(node.index, false);
    return (evaluation, base) => {
      if (base === undefined || base === null) return absent(evaluation, node, node.object, base, soft);
      const key = index(evaluation);
      if (key === undefined && !evaluation.empty) throw missingFault(evaluation, node.index);
      if (key === undefined) return undefined;
      try {
        const value = readKey(evaluation, base, key);
        if (value === undefined && isStep) throw rootFault(evaluation, node, printPath(node.index));
        return value;
      } catch (thrown) {
        if ((soft || evaluation.empty) && !isContainer(base) && typeof key === 'string') return undefined;
        throw placed(thrown, node.start, node.end);
      }
    };
  }

  #compileArray(items: readonly Node[]): Thunk {
    const thunks = items.map((item) => this.#required(item));
    return (evaluation) => thunks.map((thunk) => thunk(evaluation));
  }

  #compileObject(entries: readonly { readonly key: string; readonly value: Node }[]): Thunk {
    const thunks = entries.map((entry) => [entry.key, this.#required(entry.value)] as const);
    return (evaluation) => {
      const result: Record<string, Value> = {};
      for (const [key, thunk] of thunks) result[key] = thunk(evaluation);
      return result;
    };
  }

  #required(node: Node): (evaluation: Evaluation) => Value {
    const thunk = this.compile(node, false);
    return (evaluation) => {
      const value = thunk(evaluation);
      if (value !== undefined) return value;
      if (evaluation.empty) return null;
      throw missingFault(evaluation, node);
    };
  }

  /** Text made of pieces, each value as {@link toText} writes it. */
  compileParts(parts: readonly (string | Node)[]): Thunk {
    const thunks = parts.map((part) => (typeof part === 'string' ? part : this.#required(part)));
    return (evaluation) => {
      let result = '';
      for (const thunk of thunks) {
        const piece = typeof thunk === 'string' ? thunk : toText(evaluation, thunk(evaluation));
        chargeJoin(evaluation, result.length + piece.length);
        result += piece;
      }
      return result;
    };
  }
}

/** The name that a link reads, if that is all it does and it is known before evaluation. */
function knownKey(link: Link): string | undefined {
  const key = link.optional || link.type === 'call' ? undefined : literalKey(link);
  return typeof key === 'string' ? key : undefined;
}

function stepsOf(evaluation: Evaluation): object | undefined {
  const { context } = evaluation;
  const steps = hasOwn(context, 'steps') ? context['steps'] : undefined;
  return typeof steps === 'object' && steps !== null ? steps : undefined;
}
