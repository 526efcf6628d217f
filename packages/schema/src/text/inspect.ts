import { parseJson } from '@millrace/expression/exact';
import { isMap, isScalar, visit, type Alias, type Document, type Node, type Scalar, type YAMLMap } from 'yaml';
import { shortened } from '../problem.js';
import type { FirstProblems } from './text-problem.js';

/** What each alias repeats. */
export type AliasTargets = ReadonlyMap<Alias, Node>;

/** Characters of a name that a message repeats. */
const SHOWN_NAME = 80;

/**
 * Finds what YAML takes without a word and nobody means: members that are there twice, merge keys that merge nothing, numbers that
 * would become others. Throws TextRefused.
 */
export function inspect(document: Document, problems: FirstProblems): AliasTargets {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchored.set(node.anchor, node);
      if (isMap(node)) checkNames(node, problems);
      else if (isScalar(node)) readNumber(node, problems);
    },
    Alias: (_key, alias, path) => {
      const target = anchored.get(alias.source);
      if (target === undefined) problems.add(noAnchor(alias));
      else if (path.includes(target)) problems.add(endless(alias));
      else targets.set(alias, target);
    },
  });
  problems.requireNone();
  return targets;
}

function checkNames(map: YAMLMap, problems: FirstProblems): void {
  const names = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (names.has(name)) {
      const message = `${JSON.stringify(shortened(name, SHOWN_NAME))} is in this object twice`;
      problems.add({ code: 'syntax', message, offset: offsetOf(key) });
    }
    if (name === '<<' && key.type === 'PLAIN') {
      const message = '"<<" does not merge anything here';
      const hint = 'Write the members out. In quotes it is the name of a member.';
      problems.add({ code: 'syntax', message, hint, offset: offsetOf(key) });
    }
    names.add(name);
  }
}

/** A number must be the one that is written: JSON has no leading zeros, and the library reads doubles. */
function readNumber(scalar: Scalar, problems: FirstProblems): void {
  const { value, source = '' } = scalar;
  if (typeof value !== 'number' || scalar.type !== 'PLAIN') return;
  const shown = shortened(source, SHOWN_NAME);
  if (/^[-+]?0[0-9]+$/.test(source)) {
    const hint = `Put it in quotes if it is a text, or write it without the zeros in front if it is a number.`;
    problems.add({ code: 'syntax', message: `${shown} may be a number or a text`, hint, offset: offsetOf(scalar) });
  } else if (DECIMAL.test(source)) {
    scalar.value = parseJson(jsonOf(source));
  } else if (/^0[ox]/.test(source) && !Number.isSafeInteger(value)) {
    const hint = 'Write it with decimal digits, or put it in quotes if it is a text.';
    const message = `${shown} has more digits than are read in this notation`;
    problems.add({ code: 'not_json', message, hint, offset: offsetOf(scalar) });
  }
}

/** What YAML takes for a number, and JSON with few changes. */
const DECIMAL = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** The same number as JSON has it: no plus, no zeros in front, digits on both sides of the point. */
function jsonOf(decimal: string): string {
  return decimal
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?!\d)/, '');
}

function noAnchor(alias: Alias): Parameters<FirstProblems['add']>[0] {
  const shown = shortened(alias.source, SHOWN_NAME);
  return {
    code: 'syntax',
    message: `"*${shown}" repeats the value marked "&${shown}", and there is none before it`,
    hint: 'A text that begins with "*" must be in quotes, as in "*/5 * * * *".',
    offset: offsetOf(alias),
  };
}

function endless(alias: Alias): Parameters<FirstProblems['add']>[0] {
  const message = `"*${shortened(alias.source, SHOWN_NAME)}" is inside of what it repeats`;
  return { code: 'syntax', message, offset: offsetOf(alias) };
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
