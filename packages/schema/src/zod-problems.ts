import { ExactNumber } from '@millrace/expression/exact';
import { z } from 'zod';
import { descriptionOf, kindsOf, memberNames, memberOf, schemaAt } from './field-sites.js';
import { HAS_TEMPLATE, innerType } from './fields.js';
import { boundWords, formatWords, listed, TYPE_NAMES } from './issue-words.js';
import type { DocumentPath, RawProblem, Report } from './problem.js';

type Issue = z.core.$ZodIssue;

/** What a value was checked with, where it is, and what to say about a member that does not belong there. */
export interface CheckedValue {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly at: DocumentPath;
  readonly misplaced?: (key: string) => string | undefined;
}

/** Reports zod's issues in the words of the document's author. */
export function reportIssues(checked: CheckedValue, issues: readonly Issue[], report: Report): void {
  for (const issue of issues) reportIssue(checked, issue, report);
}

/** The members of the checked object that have an issue. */
export function failingMembers(issues: readonly Issue[]): ReadonlySet<PropertyKey> {
  return new Set(issues.flatMap((issue) => issue.path.slice(0, 1)));
}

function reportIssue(checked: CheckedValue, issue: Issue, report: Report): void {
  const inside = issue.path as DocumentPath;
  if (issue.code === 'unrecognized_keys') {
    const names = memberNames(schemaAt(checked.schema, inside, checked.value));
    for (const key of issue.keys) reportUnknownField(checked, { inside, names, key }, report);
    return;
  }
  const value = valueIn(checked.value, inside);
  if (issue.code === 'invalid_union') {
    const chosen = issue.errors.find((branch) => !branch.some((inner) => isMismatch(inner, value)));
    if (chosen !== undefined) {
      for (const inner of chosen) reportIssue(checked, { ...inner, path: [...issue.path, ...inner.path] }, report);
      return;
    }
  }
  const at = [...checked.at, ...inside];
  const kinds = kindsAbove(checked, issue, inside);
  if (kinds !== undefined) return void report({ at, ...noKind(kinds, String(at.at(-1)), value) });
  if (value === undefined) {
    const name = String(at.at(-1) ?? 'value');
    const hint = descriptionOf(schemaAt(checked.schema, inside, checked.value));
    report({ code: 'required', at, message: `"${name}" is required`, ...(hint === undefined ? {} : { hint }) });
    return;
  }
  if (issue.code === 'invalid_format' && isTemplatePattern(issue)) {
    // Zod drops a union's other branches when only one fits the type of the value.
    report({ at, ...mismatch(optionNames(schemaAt(checked.schema, inside, checked.value)), value) });
    return;
  }
  const field = issue.code === 'invalid_type' ? schemaAt(checked.schema, inside, checked.value) : undefined;
  // What such an object looks like, its type does not say.
  const hint = kindsOf(field) && descriptionOf(field);
  report({ at, ...(hint === undefined ? {} : { hint }), ...describe(issue, value) });
}

/** What a member may say that tells the options of a union apart, when that is what an issue is about; else undefined. */
function kindsAbove(checked: CheckedValue, issue: Issue, inside: DocumentPath): string[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const kinds = kindsOf(schemaAt(checked.schema, inside.slice(0, -1), checked.value));
  return kinds !== undefined && kinds.member === inside.at(-1) ? [...kinds.options.keys()] : undefined;
}

/** Only once the kind is known, it is known which members belong there. */
function noKind(kinds: string[], member: string, value: unknown): Pick<RawProblem, 'code' | 'message' | 'hint'> {
  if (value !== undefined) return notOneOf(kinds, value);
  const names = listed(kinds.map((kind) => JSON.stringify(kind)));
  const message = `"${member}" is required`;
  return { code: 'required', message, hint: `It is ${names}; which other fields belong here depends on it.` };
}

/** What the options of a union are called, the template last. */
function optionNames(schema: z.core.$ZodType | undefined): string[] {
  const union = schema === undefined ? undefined : unwrap(schema);
  if (!(union instanceof z.ZodUnion)) return [TEMPLATE_NAME];
  const options = union.def.options.slice(0, -1);
  return [...options.flatMap((option) => TYPE_NAMES.get(option._zod.def.type) ?? []), TEMPLATE_NAME];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = innerType(schema);
  return inner === undefined ? schema : unwrap(inner);
}

function reportUnknownField(
  checked: CheckedValue,
  { inside, names, key }: { inside: DocumentPath; names: readonly string[]; key: string },
  report: Report,
): void {
  const misplaced = inside.length === 0 ? checked.misplaced?.(key) : undefined;
  report({
    code: 'unknown_field',
    at: [...checked.at, ...inside, key],
    on: 'key',
    message: `"${key}" is not a known field`,
    hint: (suggest) => misplaced ?? suggest(key, names) ?? `Fields known here: ${names.join(', ')}.`,
  });
}

/** True when an issue says that the value is of another type altogether, so that another branch of the union is meant. */
function isMismatch(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected !== 'int' || typeof value !== 'number';
    case 'invalid_value':
      return typeof value !== typeof issue.values[0];
    case 'invalid_format':
      return isTemplatePattern(issue);
    case 'invalid_union':
      return issue.errors.every((branch) => branch.some((inner) => isMismatch(inner, value)));
    default:
      return false;
  }
}

function isTemplatePattern(issue: z.core.$ZodIssueInvalidStringFormat): boolean {
  return issue.pattern === String(HAS_TEMPLATE);
}

function describe(issue: Issue, value: unknown): Pick<RawProblem, 'code' | 'message' | 'hint'> {
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union':
      return mismatch(expectedOf(issue), value);
    case 'invalid_value':
      return notOneOf(issue.values, value);
    case 'too_small':
    case 'too_big':
      return { code: 'invalid_value', message: boundWords(issue) };
    case 'invalid_format':
      return { code: 'invalid_value', message: formatWords(issue) ?? issue.message };
    case 'invalid_key':
      return { code: 'invalid_value', message: `its name ${keyWords(issue)}` };
    case 'custom': {
      const hint: unknown = issue.params?.['hint'];
      return { code: 'invalid_value', message: issue.message, ...(typeof hint === 'string' ? { hint } : {}) };
    }
    default:
      return { code: 'invalid_value', message: issue.message };
  }
}

/** What is wrong with the name of a member. */
function keyWords({ issues: [issue], message }: z.core.$ZodIssueInvalidKey): string {
  return issue === undefined ? message : describe(issue, undefined).message;
}

function mismatch(expected: readonly string[], value: unknown): Pick<RawProblem, 'code' | 'message' | 'hint'> {
  const message = `must be ${listed([...new Set(expected)])}, not ${nameOf(value)}`;
  const bare = typeof value === 'string' && /^[A-Za-z_][\w.[\]]*$/.test(value) && expected.includes(TEMPLATE_NAME);
  return {
    code: 'wrong_type',
    message,
    ...(bare ? { hint: `Write "{{${value}}}" for the value of that expression.` } : {}),
  };
}

function notOneOf(values: readonly unknown[], value: unknown): Pick<RawProblem, 'code' | 'message' | 'hint'> {
  const names = values.map((one) => JSON.stringify(one));
  if (typeof value !== 'string')
    return { code: 'wrong_type', message: `must be ${listed(names)}, not ${nameOf(value)}` };
  const texts = values.filter((one) => typeof one === 'string');
  const message = `${JSON.stringify(value)} is not allowed here: it must be ${listed(names)}`;
  return { code: 'invalid_value', message, hint: (suggest) => suggest(value, texts) };
}

const TEMPLATE_NAME = 'text with a {{ }} expression';

function expectedOf(issue: z.core.$ZodIssue): string[] {
  switch (issue.code) {
    case 'invalid_type':
      return [TYPE_NAMES.get(issue.expected) ?? issue.expected];
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value));
    case 'invalid_format':
      return [isTemplatePattern(issue) ? TEMPLATE_NAME : 'text'];
    case 'invalid_union':
      return issue.errors.flatMap((branch) => branch.slice(0, 1).flatMap(expectedOf));
    default:
      return [];
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (value instanceof ExactNumber) return `the number ${shortText(value.text)}`;
  if (typeof value === 'string') return `the text ${JSON.stringify(shortText(value))}`;
  return 'an object';
}

function shortText(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function valueIn(value: unknown, path: DocumentPath): unknown {
  let current = value;
  for (const part of path) current = memberOf(current, part);
  return current;
}
