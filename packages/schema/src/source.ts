import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type Range,
  type YAMLMap,
} from 'yaml';
import type { DocumentLimits } from './limits.js';
import type { DocumentPath, RawProblem, Report, TextPosition } from './problem.js';

/** A document and, when it came as text, where its parts stand. */
export interface Source {
  readonly value: unknown;
  /** Finds the place of a problem; undefined for a source without text. */
  readonly locate: ((problem: Pick<RawProblem, 'at' | 'on' | 'span'>) => TextPosition | undefined) | undefined;
}

/** What the API's JSON and this product's YAML have in common: no tags, no merge keys, no dates, no repeated members. */
const YAML_OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  // Looked for in `repeatedKeys` instead: the library compares every key with every other.
  uniqueKeys: false,
  prettyErrors: false,
  stringKeys: true,
} as const;

/** Reads YAML or JSON text. Null, with the problems reported, when it is neither. */
export function readText(text: string, limits: DocumentLimits, report: Report): Source | null {
  if (text.length > limits.documentLength) {
    const message = `the document has ${text.length} characters, ${limits.documentLength} are allowed`;
    report({ code: 'too_large', at: [], message });
    return null;
  }
  const lines = new LineCounter();
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const document = parseDocument(text, { ...YAML_OPTIONS, lineCounter: lines });
    const errors = document.errors.length > 0 ? document.errors : repeatedKeys(document);
    if (errors.length > 0) {
      const deep = errors.find((error) => error.message.includes('call stack'));
      if (deep)
        report({ code: 'too_deep', at: [], message: 'the document is nested too deeply', place: at(deep.pos[0]) });
      // One mistake causes many errors after it: the first few are enough to find it.
      else
        for (const { message, pos } of errors.slice(0, 3))
          report({ code: 'syntax', at: [], message, place: at(pos[0]) });
      return null;
    }
    // A few aliases are a convenience; an alias of an alias of … would be a bomb.
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { value, locate: (problem) => locate(document, text, problem, at) };
  } catch (error) {
    // The YAML library recurses into nested flow collections, and refuses alias bombs by throwing.
    const message =
      error instanceof RangeError ? 'the document is nested too deeply' : `the text cannot be read: ${String(error)}`;
    report({ code: error instanceof RangeError ? 'too_deep' : 'syntax', at: [], message });
    return null;
  }
}

interface TextError {
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** The members that stand more than once in their object. */
function repeatedKeys(document: Document): TextError[] {
  const found: TextError[] = [];
  visit(document, {
    Map(_key, map) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (names.has(name))
          found.push({
            message: `"${name}" appears here twice`,
            pos: key.range ? [key.range[0], key.range[1]] : [0, 0],
          });
        names.add(name);
      }
    },
  });
  return found;
}

function locate(
  document: Document,
  text: string,
  problem: Pick<RawProblem, 'at' | 'on' | 'span'>,
  position: (offset: number) => TextPosition,
): TextPosition {
  const found = nodeAt(document, problem.at);
  const node = problem.on === 'key' ? (found?.key ?? found?.value) : (found?.value ?? found?.key);
  if (!node?.range) return position(document.contents?.range?.[0] ?? 0);
  const start = position(node.range[0]);
  if (problem.span === undefined || !isScalar(node)) return start;
  return insideScalar(text, node.range, node.source ?? '', start, problem.span[0], position);
}

/** The node a path leads to; where it ends early (a missing member), the key or value that it reached. */
function nodeAt(document: Document, path: DocumentPath): { key?: Node; value?: Node } | undefined {
  let current: unknown = document.contents;
  let reached: { key?: Node; value?: Node } = isAnyNode(current) ? { value: current } : {};
  for (const part of path) {
    if (isAlias(current)) current = current.resolve(document);
    if (isSeq(current) && typeof part === 'number') {
      const item = current.items[part];
      if (!isAnyNode(item)) return reached;
      current = item;
      reached = { value: item };
    } else if (isMap(current)) {
      const pair = membersOf(current).get(String(part));
      if (pair === undefined) return { value: reached.key ?? reached.value };
      current = pair.value;
      reached = {
        ...(isAnyNode(pair.key) ? { key: pair.key } : {}),
        ...(isAnyNode(pair.value) ? { value: pair.value } : {}),
      };
    } else return reached;
  }
  return reached;
}

const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The members of an object by name, worked out once: many problems may be in one object. */
function membersOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  let members = known.get(map);
  if (members === undefined) {
    members = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])));
    known.set(map, members);
  }
  return members;
}

function isAnyNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

/** The place of an offset inside a text value: exact where the value is written in the document without escapes, else the value's line or start. */
function insideScalar(
  text: string,
  range: Range,
  value: string,
  start: TextPosition,
  offset: number,
  position: (offset: number) => TextPosition,
): TextPosition {
  const raw = text.slice(range[0], range[1]);
  const verbatim = raw.indexOf(value);
  if (verbatim >= 0 && value !== '') return position(range[0] + verbatim + offset);
  if (!/^[|>]/.test(raw)) return start;
  // A block: its lines follow the `|` with an indentation that the value has lost.
  const before = value.slice(0, offset).split('\n');
  const line = raw.split('\n')[before.length] ?? '';
  const indent = line.length - line.trimStart().length;
  return { line: start.line + before.length, column: indent + (before.at(-1)?.length ?? 0) + 1 };
}
