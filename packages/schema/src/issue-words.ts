import type { z } from 'zod';

/** What types are called in what is said to users, by zod's names. */
export const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'an array'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['null', 'null'],
]);

/** What may be counted of a value. */
const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

/** Forms of texts, each with an example. */
const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'must be a time with its zone, such as "2026-12-01T09:00:00Z" or "2026-12-01T10:00:00+01:00"',
  url: 'must be an address such as "https://example.com/path"',
  email: 'must be an e-mail address such as "ada@example.com"',
};

type Bound =
  | Pick<z.core.$ZodIssueTooSmall, 'code' | 'origin' | 'minimum' | 'inclusive'>
  | Pick<z.core.$ZodIssueTooBig, 'code' | 'origin' | 'maximum' | 'inclusive'>;

/** What a value that is too small, large, short or long has to be. */
export function boundWords(issue: Bound): string {
  const isLeast = issue.code === 'too_small';
  const bound = Number(isLeast ? issue.minimum : issue.maximum);
  const counted = COUNTED[issue.origin];
  if (counted !== undefined) {
    if (isLeast && bound === 1) return 'must not be empty';
    return `must have ${isLeast ? 'at least' : 'at most'} ${bound} ${counted[bound === 1 ? 0 : 1]}`;
  }
  if (issue.inclusive === false) return `must be ${isLeast ? 'more than' : 'less than'} ${bound}`;
  return `must be ${isLeast ? 'at least' : 'at most'} ${bound}`;
}

/** What a text of another form has to be; undefined of a form that has no words. */
export function formatWords({ format }: { readonly format: string }): string | undefined {
  return Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
}

/** `a, b or c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? 'something else';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}
