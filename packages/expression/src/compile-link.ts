import { isContainer, nullFault, readName, rootFault } from './access.js';
import type { Member, Node } from './ast.js';
import type { Evaluation } from './evaluation.js';
import { type LinkThunk, placed, type Thunk } from './thunk.js';

/** A link that reads from what comes before it. */
export function chained(base: Thunk, link: LinkThunk): Thunk {
  return (evaluation) => link(evaluation, base(evaluation));
}

/** Links of which some end the chain with null when the value before them is null. */
export function optionalChain(
  head: Thunk,
  links: readonly { readonly optional: boolean; readonly read: LinkThunk }[],
): Thunk {
  return (evaluation) => {
    let value = head(evaluation);
    for (const { optional, read } of links) {
      if (optional && (value === undefined || value === null)) return null;
      value = read(evaluation, value);
      if (optional && value === undefined) value = null;
    }
    return value;
  };
}

/** `.name`; `isStep` for the id of a step, which must exist. */
export function memberLink(node: Member, soft: boolean, isStep: boolean): LinkThunk {
  const { name } = node;
  return (evaluation, base) => {
    if (base === undefined || base === null) return absent(evaluation, node, node.object, base, soft);
    try {
      const value = readName(base, name);
      if (value === undefined && isStep) throw rootFault(evaluation, node, name);
      return value;
    } catch (thrown) {
      if ((soft || evaluation.empty) && !isContainer(base)) return undefined;
      throw placed(thrown, node.nameStart, node.end);
    }
  };
}

/** A read from nothing: missing where that is allowed. @throws Fault E_NULL */
export function absent(
  evaluation: Evaluation,
  node: Node,
  base: Node,
  value: null | undefined,
  soft: boolean,
): undefined {
  if (soft || evaluation.empty) return undefined;
  throw nullFault(evaluation, node, base, value);
}
