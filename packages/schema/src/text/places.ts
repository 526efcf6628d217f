import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { DocumentPath, RawProblem, TextPosition } from '../problem.js';
import type { AliasTargets } from './inspect.js';

/** A text with its nodes. */
export interface NodesOfText {
  readonly text: string;
  readonly root: Node | null;
  readonly targets: AliasTargets;
  readonly lines: LineCounter;
}

/** Line and column of an offset, from 1. */
export function positionOf(lines: LineCounter, offset: number): TextPosition {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Finds places in one text. What it has to work out of a node, it works out once: many problems may be in one. */
export class Places {
  readonly #members = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  readonly #blocks = new Map<Scalar, readonly number[]>();

  constructor(private readonly nodes: NodesOfText) {}

  locate(problem: Pick<RawProblem, 'at' | 'on' | 'span'>): TextPosition {
    const found = this.#nodeAt(problem.at);
    const node = problem.on === 'key' ? (found?.key ?? found?.value) : (found?.value ?? found?.key);
    if (!node?.range) return this.#at(this.nodes.root?.range?.[0] ?? 0);
    if (problem.span === undefined || !isScalar(node)) return this.#at(node.range[0]);
    return this.#insideScalar(node, node.range[0], problem.span[0]);
  }

  #at(offset: number): TextPosition {
    return positionOf(this.nodes.lines, offset);
  }

  /** The node a path leads to; where it ends early (a missing member), the key or value that it reached. */
  #nodeAt(path: DocumentPath): { key?: Node; value?: Node } | undefined {
    let current: unknown = this.nodes.root;
    let reached: { key?: Node; value?: Node } = isNode(current) ? { value: current } : {};
    for (const part of path) {
      if (isAlias(current)) current = this.nodes.targets.get(current);
      if (isSeq(current) && typeof part === 'number') {
        const item = current.items[part];
        if (!isNode(item)) return reached;
        current = item;
        reached = { value: item };
      } else if (isMap(current)) {
        const pair = this.#membersOf(current).get(String(part));
        if (pair === undefined) {
          const around = reached.key ?? reached.value;
          return around && { value: around };
        }
        current = pair.value;
        reached = {
          ...(isNode(pair.key) ? { key: pair.key } : {}),
          ...(isNode(pair.value) ? { value: pair.value } : {}),
        };
      } else return reached;
    }
    return reached;
  }

  #membersOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    let members = this.#members.get(map);
    if (members === undefined) {
      members = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])));
      this.#members.set(map, members);
    }
    return members;
  }

  /** The place of an offset inside a text value: exact where the value is written as it is, else the start of the value. */
  #insideScalar(scalar: Scalar, start: number, offset: number): TextPosition {
    const value = scalar.source ?? '';
    if (scalar.type === 'BLOCK_LITERAL') return this.#insideBlock(scalar, start, offset);
    const quote = scalar.type === 'PLAIN' ? 0 : 1;
    return this.nodes.text.startsWith(value, start + quote) ? this.#at(start + quote + offset) : this.#at(start);
  }

  /** The lines of a block follow its `|`, with an indentation that the value has lost. */
  #insideBlock(scalar: Scalar, start: number, offset: number): TextPosition {
    const starts = this.#blocks.get(scalar) ?? lineStarts(scalar.source ?? '');
    this.#blocks.set(scalar, starts);
    const inner = lastUpTo(starts, offset);
    const line = this.#at(start).line + 1 + inner;
    const from = this.nodes.lines.lineStarts[line - 1] ?? start;
    const valueLine = (starts[inner + 1] ?? (scalar.source ?? '').length + 1) - (starts[inner] ?? 0) - 1;
    const end = (this.nodes.lines.lineStarts[line] ?? this.nodes.text.length + 1) - 1;
    const written = this.nodes.text.slice(from, end).replace(/\r$/, '');
    return { line, column: written.length - valueLine + offset - (starts[inner] ?? 0) + 1 };
  }
}

/** Offsets at which the lines of a value begin. */
function lineStarts(value: string): number[] {
  const starts = [0];
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The position of the last number that is not above `limit`. */
function lastUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
