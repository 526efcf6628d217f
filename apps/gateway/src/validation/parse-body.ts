import { looseMembers, shortened, type ErrorIssue } from '@millrace/contracts';
import { z } from 'zod';
import { invalidInput } from './invalid-input.js';
import { issueWords } from './issue-words.js';

/** Problems that a response lists. */
const LISTED = 50;

/** Checks a request body and returns it typed; throws INVALID_INPUT with its problems and their JSON paths. */
export function parseBody(schema: z.ZodType, body: unknown): unknown {
  const result = schema.safeParse(body, { error: issueWords });
  if (result.success) return result.data;
  throw invalidInput(result.error.issues.flatMap((issue) => problemsOf(issue, schema)).slice(0, LISTED));
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): ErrorIssue[] {
  const inside = memberAt(schema, issue.path);
  if (issue.code !== 'unrecognized_keys')
    return [{ path: jsonPath(issue.path), message: issue.message, ...hinted(issue, inside) }];
  const fields = fieldsOf(inside);
  const known = { hint: fields.length > 0 ? `Fields known here: ${fields.join(', ')}.` : 'No fields are known here.' };
  return issue.keys.slice(0, LISTED).map((key) => {
    const place = fields.find((name) => namesIn(memberAt(inside, [name])).includes(key));
    return {
      path: jsonPath([...issue.path, shortened(key)]),
      message: `"${shortened(key)}" is not a known field`,
      ...(place === undefined ? known : { hint: `"${key}" belongs into "${jsonPath([...issue.path, place])}".` }),
    };
  });
}

/** What the member is for, where its type is wrong or it is not there. */
function hinted({ code }: z.core.$ZodIssue, member: z.core.$ZodType | undefined): { hint?: string } {
  const description = code === 'invalid_type' && member !== undefined ? descriptionOf(member) : undefined;
  return description === undefined ? {} : { hint: description };
}

/** Through what makes it optional. */
function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const inner = innerOf(schema);
  return z.globalRegistry.get(schema)?.description ?? (inner && descriptionOf(inner));
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? schema.unwrap()
    : undefined;
}

/** The schema of a member of objects in objects; undefined where it is something else. */
function memberAt(schema: z.core.$ZodType | undefined, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  const inner = schema && innerOf(schema);
  if (inner !== undefined && path.length > 0) return memberAt(inner, path);
  const [head, ...rest] = path;
  if (head === undefined) return schema;
  const shape = schema instanceof z.ZodObject ? (schema.shape as Readonly<Record<PropertyKey, z.core.$ZodType>>) : {};
  return Object.hasOwn(shape, head) ? memberAt(shape[head], rest) : undefined;
}

function fieldsOf(schema: z.core.$ZodType | undefined): string[] {
  const inner = schema && innerOf(schema);
  if (inner !== undefined) return fieldsOf(inner);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The fields of an object, also of one that takes any. */
function namesIn(schema: z.core.$ZodType | undefined): readonly string[] {
  if (schema === undefined) return [];
  const inner = innerOf(schema);
  return looseMembers.get(schema)?.names ?? (inner === undefined ? fieldsOf(schema) : namesIn(inner));
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}
