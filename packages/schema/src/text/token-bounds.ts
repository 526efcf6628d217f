import { CST } from 'yaml';
import { TEXT_LIMITS, type DocumentLimits } from '../limits.js';
import { shortened } from '../problem.js';
import { TextRefused, type TextProblem } from './text-problem.js';

/** Tags of the core schema: they say which kind of JSON value is meant. */
const CORE_TAGS: readonly string[] = ['!!map', '!!seq', '!!str', '!!int', '!!float', '!!bool', '!!null'];

/** What is counted, for which the parser needs a hundred times its size. */
type Counted = 'namesAndValues' | 'commas' | 'colons' | 'otherTokens' | 'anchors' | 'aliases';

const COUNTED: Partial<Record<CST.TokenType, Counted>> = {
  scalar: 'namesAndValues',
  'single-quoted-scalar': 'namesAndValues',
  'double-quoted-scalar': 'namesAndValues',
  'flow-map-start': 'namesAndValues',
  'flow-seq-start': 'namesAndValues',
  'seq-item-ind': 'namesAndValues',
  comma: 'commas',
  'map-value-ind': 'colons',
  'explicit-key-ind': 'colons',
  anchor: 'anchors',
  alias: 'aliases',
};

const NAMES: Readonly<Record<Counted, string>> = {
  namesAndValues: 'names and values',
  commas: 'commas',
  colons: 'colons and question marks of mappings',
  otherTokens: 'line breaks, spaces, comments and brackets',
  anchors: 'anchors (&)',
  aliases: 'aliases (*)',
};

/** What may be on top of the deepest list or mapping that holds something: an empty one, or a text. */
const TOP = 2;

/** Longest expression that a hint repeats. */
const SHOWN_EXPRESSION = 80;

/**
 * Looks at each token of a text before the parser does. What is refused here has cost no more than reading the text up to
 * it: everything behind the tokens takes many times their size.
 */
export class TokenBounds {
  readonly #counts = { namesAndValues: 0, commas: 0, colons: 0, otherTokens: 0, anchors: 0, aliases: 0 };
  #last: CST.TokenType | null = null;
  #scalarFollows = false;

  constructor(
    private readonly text: string,
    private readonly limits: DocumentLimits,
  ) {}

  /** Takes the next token, which begins at `offset`; `depth` counts the nodes around it, before the exact check of the document. Throws {@link TextRefused}. */
  take(token: string, offset: number, depth: number): void {
    if (this.#scalarFollows) {
      this.#scalarFollows = false;
      return;
    }
    const type = CST.tokenType(token);
    this.#scalarFollows = type === 'scalar';
    if (depth > this.limits.documentDepth + TOP) {
      const message = `the document is nested more than ${this.limits.documentDepth} deep here`;
      refuse({ code: 'too_deep', message, offset });
    }
    this.#count(type, offset);
    if (type === 'tag' && !CORE_TAGS.includes(token)) refuse(unknownTag(token, offset));
    if (type === 'directive-line' && !/^%YAML 1\.2\s*$/.test(token)) refuse(directive(token, offset));
    // A mapping cannot be the name of a member, so that this is always an expression without quotes.
    if (type === 'flow-map-start' && this.#last === 'flow-map-start') refuse(unquoted(this.text, offset));
    if (type !== 'space' && type !== 'newline') this.#last = type;
  }

  #count(type: CST.TokenType | null, offset: number): void {
    const counted = (type === null ? undefined : COUNTED[type]) ?? 'otherTokens';
    this.#counts[counted] += 1;
    const limit = TEXT_LIMITS[counted];
    if (this.#counts[counted] <= limit) return;
    const message = `the text has more than ${limit} ${NAMES[counted]}`;
    refuse({ code: 'too_large', message, hint: 'Large data belongs into the input, not into the workflow.', offset });
  }
}

function refuse(problem: TextProblem): never {
  throw new TextRefused([problem]);
}

function unknownTag(token: string, offset: number): TextProblem {
  return {
    code: 'syntax',
    message: `the tag ${shortened(token, 40)} means nothing here`,
    hint: `There are ${CORE_TAGS.join(', ')}. A text that begins with "!" must be in quotes.`,
    offset,
  };
}

function directive(token: string, offset: number): TextProblem {
  return {
    code: 'syntax',
    message: `the directive ${shortened(token.trim(), 40)} is not known here`,
    hint: 'The text is read as YAML 1.2. A text that begins with "%" must be in quotes.',
    offset,
  };
}

function unquoted(text: string, inner: number): TextProblem {
  const offset = text.lastIndexOf('{', inner - 1);
  const written = /^\{\s*\{[^\n}]*\}\s*\}/.exec(text.slice(offset, offset + SHOWN_EXPRESSION))?.[0];
  const quote = written?.includes('"') === true ? "'" : '"';
  const example = `${quote}${written ?? '{{…}}'}${quote}`;
  return {
    code: 'syntax',
    message: '"{{" begins a mapping in YAML when it is not in quotes',
    hint: `Put the whole text in quotes, as in ${example}.`,
    offset,
  };
}
