import { childrenOf, literalKey, type Node } from './ast.js';
import type { Span } from './errors.js';
import { helpers } from './helpers/table.js';
import { isRoot } from './names.js';

/** Something a text reads: the root or step, and as much of the path as is written literally. */
export interface Reference {
  /** Whether `root` is one of the fixed roots or the id of a step. */
  readonly kind: 'root' | 'step';
  /** `input`, `secrets`, …, or the id of a step (also when it was written `steps["id"]`). */
  readonly root: string;
  /** Literal keys and indexes after the root, e.g. `['output', 'items', 0]`. */
  readonly path: readonly (string | number)[];
  /** Place of the whole read in the text, in UTF-16 code units. */
  readonly span: Span;
  /** Place of the root's name; for `steps["id"]` and `steps.id` the place from `steps` to its end. */
  readonly rootSpan: Span;
  /** Whether a missing value is expected here: left of `??`, with `?.`, inside `exists` or `default`. */
  readonly soft: boolean;
  /** Whether more keys follow that are known only at run time (`input[input.key]`). */
  readonly dynamic: boolean;
}

/** All reads of a tree, in the order they are written; variables of lambdas are none. */
export function collectReferences(node: Node): Reference[] {
  const found: Reference[] = [];
  visit(node, [], false, found);
  return found;
}

function visit(node: Node, variables: readonly string[], soft: boolean, found: Reference[]): void {
  switch (node.type) {
    case 'name':
    case 'member':
    case 'index':
      visitChain(node, variables, soft, found);
      return;
    case 'call':
      visitCall(node, variables, soft, found);
      return;
    case 'lambda':
      visit(node.body, [...variables, ...node.params], false, found);
      return;
    case 'logical':
      visit(node.left, variables, soft || node.operator === '??', found);
      visit(node.right, variables, soft, found);
      return;
    default:
      for (const child of childrenOf(node)) visit(child, variables, false, found);
  }
}

function visitCall(
  node: Extract<Node, { type: 'call' }>,
  variables: readonly string[],
  soft: boolean,
  found: Reference[],
): void {
  const helper = helpers.get(node.name);
  const args = node.receiver === null ? node.args : [node.receiver, ...node.args];
  args.forEach((argument, position) => {
    const lazySoft = helper?.lazy === 'coalesce' && position < args.length - 1;
    const param = helper?.params[position] ?? helper?.rest;
    const receiverSoft = argument === node.receiver && (soft || node.optional);
    visit(argument, variables, lazySoft || receiverSoft || (param?.soft ?? false), found);
  });
}

function visitChain(node: Node, variables: readonly string[], outerSoft: boolean, found: Reference[]): void {
  const links: Node[] = [];
  let head: Node = node;
  let soft = outerSoft;
  while (head.type === 'member' || head.type === 'index') {
    links.unshift(head);
    if (head.optional) soft = true;
    head = head.object;
  }
  if (head.type !== 'name') visit(head, variables, soft, found);
  else if (!variables.includes(head.name)) found.push(describe(head, links, soft));
  for (const link of links) {
    if (link.type === 'index' && literalKey(link) === undefined) visit(link.index, variables, false, found);
  }
}

function describe(head: Extract<Node, { type: 'name' }>, links: readonly Node[], soft: boolean): Reference {
  const path: (string | number)[] = [];
  let end = head.end;
  let dynamic = false;
  for (const link of links) {
    const key = literalKey(link);
    if (key === undefined) {
      dynamic = true;
      break;
    }
    path.push(key);
    end = link.end;
  }
  const span: Span = [head.start, dynamic ? (links[links.length - 1] ?? head).end : end];
  const [stepId] = path;
  if (head.name === 'steps' && typeof stepId === 'string') {
    const rootSpan: Span = [head.start, (links[0] ?? head).end];
    return { kind: 'step', root: stepId, path: path.slice(1), span, rootSpan, soft, dynamic };
  }
  const kind = isRoot(head.name) ? 'root' : 'step';
  return { kind, root: head.name, path, span, rootSpan: [head.start, head.end], soft, dynamic };
}
