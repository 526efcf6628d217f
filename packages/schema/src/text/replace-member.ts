import { isMap, isNode, isScalar, LineCounter, type Node } from 'yaml';
import { WORKFLOW_STATUSES } from '../document.js';
import { DOCUMENT_LIMITS } from '../limits.js';
import { compose } from './compose.js';
import { FirstProblems } from './text-problem.js';

/** They mean nothing else to any reader of YAML. */
const PLAIN_WORDS: readonly string[] = WORKFLOW_STATUSES;

/**
 * The text with another text as the value of a member of its top level, where it has that member; all else stays as it is, comments
 * too. `text` is one that has been read before.
 */
export function replaceMember(text: string, name: string, value: string): string {
  if (!text.includes(name)) return text;
  const { contents } = compose(text, DOCUMENT_LIMITS, new LineCounter(), new FirstProblems(1));
  if (!isMap(contents)) return text;
  const node = contents.items.find(({ key }) => isScalar(key) && key.value === name)?.value;
  if (!isNode(node) || !node.range || (isScalar(node) && node.value === value)) return text;
  const [start, end] = node.range;
  return text.slice(0, start) + writtenAs(node, value) + text.slice(end);
}

function writtenAs(node: Node, value: string): string {
  const type = isScalar(node) ? node.type : undefined;
  if (type === 'PLAIN' && PLAIN_WORDS.includes(value)) return value;
  // Of a block the line break after it is a part.
  return JSON.stringify(value) + (type?.startsWith('BLOCK') === true ? '\n' : '');
}
