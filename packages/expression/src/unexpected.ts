import { Fault } from './errors.js';
import { type Lexer, TOKEN } from './lexer.js';

const SIGN_HINTS: ReadonlyMap<string, string> = new Map([
  ['=', "use '==' to compare; values cannot be assigned"],
  ['&', "use '&&' for and"],
  ['|', "use '||' for or; a function is called as a method: value.trim()"],
  ['=>', 'a function (x => …) can only be an argument of map, filter, find, some, every, reduce, sortBy, groupBy, …'],
  ['.', "'...' and '..' are not part of the language; use concat, merge or range"],
  ['+', 'there is no ++ and no unary plus; use number(x)'],
  [',', 'a list needs [ ] around it'],
]);

/** The error for a token that is not allowed where it is, with what was probably meant. */
export function unexpectedToken(lexer: Lexer, condition: boolean): Fault {
  const { start, end, kind, text, source, previousEnd } = lexer;
  if (kind === TOKEN.end) {
    return new Fault('E_SYNTAX', 'the expression ends too early', start, end, { hint: 'a value is missing here' });
  }
  const before = source.slice(0, start).trimEnd();
  if (kind === TOKEN.sign && text === '{' && source.charCodeAt(end) === 123) {
    if (condition || before.endsWith('}}')) return operatorExpected(start, start + 2);
    return new Fault('E_SYNTAX', "'{{' is not allowed inside an expression", start, start + 2, {
      hint: 'the whole text is already an expression: leave the inner {{ }} out',
    });
  }
  if (kind !== TOKEN.sign && /[\w$)\]}'"]$/.test(before) && previousEnd > 0) return operatorExpected(start, end);
  if (kind === TOKEN.sign && text === '}') {
    return new Fault('E_SYNTAX', "a value is missing before '}'", start, end);
  }
  const shown = kind === TOKEN.text ? 'a text' : `'${text}'`;
  const hint = kind === TOKEN.sign ? SIGN_HINTS.get(text) : undefined;
  return new Fault('E_SYNTAX', `${shown} is not allowed here`, start, end, { hint });
}

function operatorExpected(start: number, end: number): Fault {
  return new Fault('E_SYNTAX', 'an operator is missing here', start, end, {
    hint: "put '==', '&&', '+' or another operator between the two values",
  });
}
