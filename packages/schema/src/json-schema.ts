import { z } from 'zod';
import { documentSchema, EDITOR_FIELDS, SERVER_FIELDS, triggerBaseSchema } from './document.js';
import { FIELD_KIND } from './fields.js';
import { isPlainObject } from './field-sites.js';
import { stepIdPattern } from './identifiers.js';
import { DOCUMENT_LIMITS } from './limits.js';
import { stepBaseSchema } from './step-base.js';
import { stepDefinitions } from './step-schemas.js';
import { triggerDefinitions } from './trigger-schemas.js';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

interface AnyDefinition {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly config: z.ZodObject;
}

/**
 * The workflow document as JSON Schema, draft 2020-12, made from the zod schemas; for completion and checks in editors.
 * It says less than `validateWorkflow`: nothing of ids, targets and expressions.
 */
export function workflowJsonSchema(): JsonSchema {
  const document = convert(documentSchema);
  const properties = membersOf(document);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:millrace:workflow:1',
    title: 'Millrace workflow',
    ...document,
    properties: {
      ...Object.fromEntries(
        EDITOR_FIELDS.map((name) => [
          name,
          { type: 'string', description: 'The schema of this document, for editors.' },
        ]),
      ),
      ...properties,
      steps: { ...asSchema(properties['steps']), items: { $ref: '#/$defs/step' } },
      trigger: {
        description: 'What starts executions, besides the API.',
        anyOf: [{ $ref: '#/$defs/trigger' }, { type: 'null' }],
      },
      triggers: { ...asSchema(properties['triggers']), items: { $ref: '#/$defs/trigger' } },
      ...Object.fromEntries(
        SERVER_FIELDS.map((name) => [name, { readOnly: true, description: 'Set by the server, ignored when sent.' }]),
      ),
    },
    $defs: {
      step: discriminated('step', convert(stepBaseSchema), Object.values(stepDefinitions)),
      trigger: discriminated('trigger', convert(triggerBaseSchema), Object.values(triggerDefinitions)),
      ...Object.fromEntries(
        Object.values<AnyDefinition>(stepDefinitions).map((one) => [`step-${one.type}`, configOf(one)]),
      ),
      ...Object.fromEntries(
        Object.values<AnyDefinition>(triggerDefinitions).map((one) => [`trigger-${one.type}`, configOf(one)]),
      ),
    },
  };
}

/** The config of one step type as JSON Schema, draft 2020-12; nested steps are any objects here. */
export function stepConfigJsonSchema(type: keyof typeof stepDefinitions): JsonSchema {
  return convert(stepDefinitions[type].config);
}

/** The output of one step type as JSON Schema, draft 2020-12: what an editor offers after `{{id.output.`. */
export function stepOutputJsonSchema(type: keyof typeof stepDefinitions): JsonSchema {
  return convert(stepDefinitions[type].output);
}

/** The config of one trigger type as JSON Schema, draft 2020-12. */
export function triggerConfigJsonSchema(type: keyof typeof triggerDefinitions): JsonSchema {
  return convert(triggerDefinitions[type].config);
}

function convert(schema: z.ZodType): JsonSchema {
  // `input`: what users write, where a field with a default may be left out.
  const { $schema: _dialect, ...converted } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return converted;
}

/** An object whose `type` decides what its `config` is. `if`/`then` gives editors one clear message, where `oneOf` gives one for each type. */
function discriminated(kind: string, base: JsonSchema, definitions: readonly AnyDefinition[]): JsonSchema {
  const properties = membersOf(base);
  const id = properties['id'];
  return {
    ...base,
    properties: {
      ...properties,
      ...(id === undefined ? {} : { id: { ...asSchema(id), pattern: stepIdPattern.source } }),
      type: {
        description: asSchema(properties['type'])['description'],
        oneOf: definitions.map(({ type, title, description }) => ({ const: type, title, description })),
      },
    },
    allOf: definitions.map(({ type, config }) => ({
      if: { properties: { type: { const: type } }, required: ['type'] },
      then: {
        properties: { config: { $ref: `#/$defs/${kind}-${type}` } },
        ...(config.safeParse({}).success ? {} : { required: ['config'] }),
      },
    })),
  };
}

function configOf({ title, description, config }: AnyDefinition): JsonSchema {
  return { title, description, ...asSchema(linkNestedSteps(convert(config))) };
}

/** Fields marked as nested steps become lists of `#/$defs/step`. */
function linkNestedSteps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(linkNestedSteps);
  if (!isPlainObject(value)) return value;
  if (value[FIELD_KIND] === 'steps')
    return { ...value, items: { $ref: '#/$defs/step' }, maxItems: DOCUMENT_LIMITS.steps };
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, linkNestedSteps(member)]));
}

function membersOf(schema: JsonSchema): Record<string, unknown> {
  return asSchema(schema['properties']);
}

function asSchema(value: unknown): JsonSchema {
  return isPlainObject(value) ? value : {};
}
