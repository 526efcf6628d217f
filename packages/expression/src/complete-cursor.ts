import { Fault, type Span } from './errors.js';
import { Lexer, TOKEN } from './lexer.js';
import type { ProgramMode } from './program.js';

interface CursorToken {
  readonly kind: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** A text whose closing quote is not there yet. */
  readonly open: boolean;
}

/** A lambda the cursor is in: its parameters, the helper it is passed to, and where that helper's subject is. */
interface EnclosingLambda {
  readonly params: readonly string[];
  readonly helper: string;
  readonly subject: Span;
}

/** Where the cursor is in an unfinished text. */
export interface Cursor {
  /** What is already written of the name. */
  readonly prefix: string;
  readonly replace: Span;
  /** Place of the expression before the dot or bracket; null where a new operand begins. */
  readonly base: Span | null;
  /** Start of the dot. */
  readonly dot: number;
  /** Whether the cursor is in `["…`. */
  readonly inKey: boolean;
  readonly quote: '"' | "'";
  /** From the outermost to the innermost. */
  readonly lambdas: readonly EnclosingLambda[];
}

/** Finds where the cursor is; null outside expressions. */
export function cursorIn(text: string, offset: number, mode: ProgramMode): Cursor | null {
  const start = mode === 'template' ? expressionStart(text, offset) : 0;
  if (start === null) return null;
  const tokens = tokensBetween(text, start, offset);
  const last = tokens[tokens.length - 1];
  const lambdas = enclosingLambdas(tokens);
  const common = { lambdas, dot: offset, inKey: false, quote: '"' as const, base: null };
  if (last?.open === true) {
    if (tokens[tokens.length - 2]?.text !== '[') return null;
    const base = chainBefore(tokens, tokens.length - 2);
    const quote = text.charAt(last.start) === "'" ? "'" : '"';
    return {
      ...common,
      prefix: text.slice(last.start + 1, offset),
      replace: [last.start, offset],
      base,
      inKey: true,
      quote,
    };
  }
  const named = last !== undefined && last.kind === TOKEN.name && last.end === offset;
  const prefix = named ? last.text : '';
  const replace: Span = [offset - prefix.length, offset];
  const dotAt = tokens.length - (named ? 2 : 1);
  const dot = tokens[dotAt];
  if (dot === undefined || dot.kind !== TOKEN.sign || (dot.text !== '.' && dot.text !== '?.')) {
    return { ...common, prefix, replace };
  }
  return { ...common, prefix, replace, base: chainBefore(tokens, dotAt), dot: dot.start };
}

/** Start of the expression of the template the cursor is in. */
function expressionStart(text: string, offset: number): number | null {
  let from = 0;
  for (let open = text.indexOf('{{', from); open !== -1 && open + 2 <= offset; open = text.indexOf('{{', from)) {
    if (/(^|[^\\])(\\\\)*\\$/.test(text.slice(Math.max(0, open - 64), open))) {
      from = open + 2;
      continue;
    }
    const end = expressionEnd(text, open + 2);
    if (end === null || end - 2 >= offset) return open + 2;
    from = end;
  }
  return null;
}

/** Where `}}` of an expression ends; null if it is not there. Braces of objects are skipped. */
function expressionEnd(text: string, start: number): number | null {
  let depth = 0;
  const tokens = tokensBetween(text, start, text.length);
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== TOKEN.sign) continue;
    if (token.text === '{') depth++;
    else if (token.text === '}' && depth > 0) depth--;
    else if (token.text === '}') return tokens[index + 1]?.start === token.end ? token.end + 1 : null;
  }
  return null;
}

/** The tokens of an unfinished expression, as far as they can be read. */
function tokensBetween(text: string, start: number, end: number): CursorToken[] {
  const lexer = new Lexer(text, start, end);
  const tokens: CursorToken[] = [];
  for (;;) {
    try {
      lexer.next();
    } catch (thrown) {
      const fault = thrown instanceof Fault ? thrown : undefined;
      const quote = fault === undefined ? '' : text.charAt(fault.start);
      if (fault !== undefined && (quote === '"' || quote === "'") && fault.end === end) {
        tokens.push({ kind: TOKEN.text, text: '', start: fault.start, end, open: true });
      }
      return tokens;
    }
    if (lexer.kind === TOKEN.end) return tokens;
    tokens.push({ kind: lexer.kind, text: lexer.text, start: lexer.start, end: lexer.end, open: false });
  }
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** Place of the reads and calls that end just before a token: `input.items[0]` before a dot. */
function chainBefore(tokens: readonly CursorToken[], end: number): Span {
  let at = end - 1;
  for (;;) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.kind === TOKEN.sign && CLOSING.has(token.text)) {
      at = matching(tokens, at);
      const before = tokens[at - 1];
      const isCall = token.text === ')' && before?.kind === TOKEN.name;
      if (isCall) at -= 1;
      else if (token.text === ']' && before !== undefined && endsValue(before)) {
        at -= 1;
        continue;
      }
    }
    const before = tokens[at - 1];
    if (before === undefined || before.kind !== TOKEN.sign || (before.text !== '.' && before.text !== '?.')) break;
    at -= 2;
  }
  return [tokens[Math.max(0, at)]?.start ?? 0, tokens[end - 1]?.end ?? 0];
}

function endsValue(token: CursorToken): boolean {
  return token.kind !== TOKEN.sign || CLOSING.has(token.text);
}

/** Index of the opening bracket of a closing one; -1 if it is not there. */
function matching(tokens: readonly CursorToken[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    const token = tokens[at];
    if (token?.kind !== TOKEN.sign) continue;
    if (CLOSING.has(token.text)) depth++;
    else if (token.text === '(' || token.text === '[' || token.text === '{') {
      depth--;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function enclosingLambdas(tokens: readonly CursorToken[]): EnclosingLambda[] {
  const found: EnclosingLambda[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== TOKEN.sign || token.text !== '=>' || !reachesEnd(tokens, index)) return;
    const paramsAt = tokens[index - 1]?.text === ')' ? matching(tokens, index - 1) : index - 1;
    const params = tokens.slice(Math.max(0, paramsAt), index).filter((part) => part.kind === TOKEN.name);
    const call = openingCall(tokens, paramsAt - 1);
    const helper = tokens[call - 1];
    if (call < 1 || helper?.kind !== TOKEN.name) return;
    const isMethod = tokens[call - 2]?.text === '.' || tokens[call - 2]?.text === '?.';
    const subject = isMethod ? chainBefore(tokens, call - 2) : firstArgument(tokens, call);
    found.push({ params: params.map((part) => part.text), helper: helper.text, subject });
  });
  return found;
}

/** Whether the body that begins after an arrow is still open at the cursor. */
function reachesEnd(tokens: readonly CursorToken[], arrow: number): boolean {
  let depth = 0;
  for (const token of tokens.slice(arrow + 1)) {
    if (token.kind !== TOKEN.sign) continue;
    if (CLOSING.has(token.text)) depth--;
    else if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
    if (depth < 0 || (depth === 0 && token.text === ',')) return false;
  }
  return true;
}

/** Index of the bracket that opens the call an argument is in; -1 if there is none. */
function openingCall(tokens: readonly CursorToken[], from: number): number {
  let depth = 0;
  for (let at = from; at >= 0; at--) {
    const token = tokens[at];
    if (token?.kind !== TOKEN.sign) continue;
    if (CLOSING.has(token.text)) depth++;
    else if (token.text === '(' || token.text === '[' || token.text === '{') {
      if (depth === 0) return token.text === '(' ? at : -1;
      depth--;
    }
  }
  return -1;
}

function firstArgument(tokens: readonly CursorToken[], call: number): Span {
  const start = tokens[call + 1]?.start ?? 0;
  let depth = 0;
  for (const token of tokens.slice(call + 1)) {
    if (token.kind !== TOKEN.sign) continue;
    if (token.text === ',' && depth === 0) return [start, token.start];
    if (CLOSING.has(token.text)) depth--;
    else if (token.text === '(' || token.text === '[' || token.text === '{') depth++;
  }
  return [start, start];
}
