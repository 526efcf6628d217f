import type { ReservedName } from './reserved-names.js';

/** The ids in a text that are none of `Ids`, of expressions that begin with `id.output`; anything more involved is left to the server. */
export type UnknownStepIn<S extends string, Ids> = Exclude<References<S>, Ids | ReservedName>;

/** Its result is handed on, so that the compiler does not count a text with many expressions as deep. */
type References<S extends string, Found = never> = S extends `${infer Before}{{${infer Expression}}}${infer Rest}`
  ? References<Rest, Found | (IsEscape<Before> extends true ? never : Reference<TrimStart<Expression>>)>
  : Found;

/** `\{{` is text, and `\\{{` a backslash before an expression. */
type IsEscape<Before extends string> = Before extends `${string}\\`
  ? Before extends `${string}\\\\`
    ? false
    : true
  : false;

type Reference<E extends string> = E extends `${infer Id}.output${string}`
  ? IsName<Id> extends true
    ? Id
    : never
  : never;

/** Whether a text can be written bare: `my-step` would be a subtraction, and a text with other characters is more than a name. */
type IsName<S extends string> = S extends `${infer First}${infer Rest}`
  ? First extends Letter
    ? Rest extends ''
      ? true
      : IsRestOfName<Rest>
    : false
  : false;

type IsRestOfName<S extends string> = S extends `${infer First}${infer Rest}`
  ? First extends Letter | Digit
    ? IsRestOfName<Rest>
    : false
  : true;

type Lower =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z';
type Letter = Lower | Uppercase<Lower> | '_' | '$';
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

type TrimStart<S extends string> = S extends `${' ' | '\n' | '\r' | '\t'}${infer Rest}` ? TrimStart<Rest> : S;
