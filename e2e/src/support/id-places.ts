import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS } from '@millrace/contracts';
import {
  STEP_TYPES,
  stepConfigJsonSchema,
  TRIGGER_TYPES,
  triggerConfigJsonSchema,
  workflowJsonSchema,
} from '@millrace/schema';
import { REPOSITORY } from './platform.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Of the OpenAPI document. */
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
}

/** Names of members that say which thing is meant, beside those that end in `_id`. */
const NAMES = [
  'actor',
  'address',
  'attachments',
  'fallbacks',
  'file',
  'id',
  'model',
  'on_failure_workflow',
  'sender',
  'starting_after',
];

const isAnId = (name: string): boolean => /_ids?$/.test(name) || NAMES.includes(name);

/** Where an id occurs in what organisations send beside the path, as `endpoint body.path` or `endpoint query.name`. */
export function placesOfIds(): string[] {
  const text = readFileSync(join(REPOSITORY, 'packages/sdk-conformance/openapi.json'), 'utf8');
  const document = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const closed = ENDPOINTS.filter(({ access }) => access === 'operator' || access === 'public').map(({ id }) => id);
  return operations
    .filter(({ operationId }) => operationId !== undefined && !closed.includes(operationId))
    .flatMap(({ operationId, parameters = [], requestBody }) => [
      ...parameters
        .filter((one) => one.in === 'query' && isAnId(one.name))
        .map(({ name }) => `${operationId} query.${name}`),
      ...membersOf(`${operationId} body`, requestBody?.content['application/json']?.schema, document),
    ]);
}

/** The same of workflow documents, by the type of the step or trigger that has it. */
export function placesInDocuments(): string[] {
  const workflow = workflowJsonSchema() as JsonSchema;
  return [
    ...STEP_TYPES.flatMap((type) => membersOf(type, stepConfigJsonSchema(type))),
    ...TRIGGER_TYPES.flatMap((type) => membersOf(`trigger ${type}`, triggerConfigJsonSchema(type))),
    ...membersOf('settings', (workflow['properties'] as JsonSchema)['settings'], workflow),
  ];
}

/** Members of a schema that are ids, each with its path. */
function membersOf(at: string, schema: unknown, root: unknown = schema): string[] {
  const places = new Set<string>();
  const walk = (node: unknown, path: string, within: readonly unknown[]): void => {
    if (typeof node !== 'object' || node === null || within.includes(node)) return;
    const inner = [...within, node];
    if (Array.isArray(node)) return node.forEach((each) => walk(each, path, inner));
    const { $ref, properties = {}, items, additionalProperties, ...others } = node as JsonSchema;
    if (typeof $ref === 'string') {
      const target = $ref
        .split('/')
        .slice(1)
        .reduce<unknown>((one, key) => (one as JsonSchema | undefined)?.[key], root);
      walk(target, path, inner);
    }
    for (const [name, member] of Object.entries(properties as JsonSchema)) {
      if (isAnId(name)) places.add(`${path}.${name}`);
      walk(member, `${path}.${name}`, inner);
    }
    walk(items, `${path}[]`, inner);
    walk(additionalProperties, `${path}.*`, inner);
    for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) walk(others[key], path, inner);
  };
  walk(schema, at, []);
  return [...places];
}
