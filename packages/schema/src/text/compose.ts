import { Composer, Lexer, Parser, type Document, type ErrorCode, type LineCounter } from 'yaml';
import type { DocumentLimits } from '../limits.js';
import type { FirstProblems } from './text-problem.js';
import { TokenBounds } from './token-bounds.js';

/** What the API's JSON and this product's YAML have in common: no tags of other schemas, no merge keys, no dates. */
const YAML_OPTIONS = {
  schema: 'core',
  // Looked for in `inspect` instead: the library compares every key with every other.
  uniqueKeys: false,
  stringKeys: true,
} as const;

/** What to do about errors of the library, where its message does not say it. */
const CURES: Partial<Record<ErrorCode, string>> = {
  BAD_SCALAR_START: 'Put the text in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'A text with ": " in it must be in quotes.',
  BAD_DQ_ESCAPE: 'Write \\\\ for a backslash, or put the text in single quotes.',
  BAD_INDENT: 'Indent it more than what it is in, and as much as what is beside it.',
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_ALIAS: 'A text that begins with "*" must be in quotes.',
};

function cureOf(code: ErrorCode, message: string): { hint?: string } {
  const hint = message.endsWith('at node end') ? 'If this is one text, put the whole of it in quotes.' : CURES[code];
  return hint === undefined ? {} : { hint };
}

type ErrorSource = number | readonly [number, ...number[]] | { readonly offset: number };

/**
 * Makes the nodes of a text. Its tokens are bounded before the parser has them, and the first errors end it: the library's own
 * loop would read all of a text, and keep an error for each of a million characters. Throws TextRefused.
 */
export function compose(text: string, limits: DocumentLimits, lines: LineCounter, problems: FirstProblems): Document {
  const composer = new Composer(YAML_OPTIONS);
  Object.assign(composer, {
    onError: (source: ErrorSource, code: ErrorCode, message: string, isWarning?: boolean) => {
      // Other warnings are about style: JSON in a block of YAML is often less indented than the library likes.
      if (isWarning === true && code !== 'TAG_RESOLVE_FAILED') return;
      problems.add({ code: 'syntax', message, ...cureOf(code, message), offset: offsetOf(source) });
    },
  });
  const documents: Document[] = [];
  let begun = 0;
  for (const token of tokensOf(text, limits, lines)) {
    if (token.type === 'document' && ++begun > 1) {
      const hint = 'Send each document by itself.';
      problems.add({ code: 'syntax', message: 'a second document begins here', hint, offset: token.offset });
    } else if (token.type === 'error') {
      problems.add({ code: 'syntax', message: token.message, offset: token.offset });
    } else documents.push(...composer.next(token));
  }
  documents.push(...composer.end(true, text.length));
  problems.requireNone();
  return documents[0] as Document;
}

function* tokensOf(text: string, limits: DocumentLimits, lines: LineCounter): Generator<TokenOfText> {
  const parser = new Parser(lines.addNewLine);
  const bounds = new TokenBounds(text, limits);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    // The stack has the document below them.
    bounds.take(lexeme, parser.offset, parser.stack.length - 1);
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

type TokenOfText = ReturnType<Parser['end']> extends Generator<infer Token> ? Token : never;

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source;
  return 'offset' in source ? source.offset : source[0];
}
