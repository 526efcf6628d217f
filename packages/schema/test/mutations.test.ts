import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  STEP_TYPES,
  stepDefinitions,
  triggerDefinitions,
  TRIGGER_TYPES,
  validateWorkflow,
  workflowJsonSchema,
  type Problem,
} from '../src/index.js';
import { sampleBase, sampleConfigs, sampleSettings, sampleTriggerConfigs, workflowWith } from './fixtures/samples.js';

const schema = workflowJsonSchema();
const validateSchema = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  keywords: ['x-millrace'],
  formats: { 'date-time': true },
}).compile(schema);

type Json = Record<string, unknown>;
type Path = readonly (string | number)[];

/** One value of each JSON type, none of which is a usual value of a field. */
const VALUES: Record<string, unknown> = {
  null: null,
  boolean: true,
  number: -7.5,
  string: '~',
  array: [[[]]],
  object: { zz: 1 },
};

/** A workflow with every field somewhere, made of all samples. */
function completeWorkflows(): [string, Json][] {
  const steps = STEP_TYPES.map((type): [string, Json] => [`step ${type}`, workflowWith(type)]);
  const triggers = TRIGGER_TYPES.map((type): [string, Json] => [
    `trigger ${type}`,
    { name: 'Sample', trigger: { type, config: structuredClone(sampleTriggerConfigs[type]) }, steps: [] },
  ]);
  const base: [string, Json] = ['all steps', workflowWith('transform', structuredClone(sampleBase))];
  const settings: [string, Json] = [
    'the document',
    {
      name: 'Sample',
      description: 'A sample.',
      status: 'draft',
      triggers: [{ type: 'webhook' }],
      steps: [],
      variables: { a: 1 },
      settings: structuredClone(sampleSettings),
      output: { a: '{{input.a}}' },
    },
  ];
  return [...steps, ...triggers, base, settings];
}

/** Paths of all members, at most `depth` deep. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  return entries.flatMap(([key, member]) => [[...at, key], ...pathsOf(member, [...at, key])]);
}

function changed(document: Json, path: Path, change: (parent: Json, key: string | number) => void): Json {
  const copy = structuredClone(document);
  let parent = copy;
  for (const part of path.slice(0, -1)) parent = parent[part] as Json;
  change(parent, path.at(-1) ?? '');
  return copy;
}

function textOf(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w$]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function errorsOf(document: Json): Problem[] {
  return validateWorkflow(document).problems.filter((problem) => problem.severity === 'error');
}

const complete = completeWorkflows();

describe('the JSON Schema', () => {
  it('is a valid schema of its dialect and describes every field', () => {
    expect(validateSchema.schema).toBe(schema);
    const undescribed: string[] = [];
    const walk = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, member] of Object.entries(value as Json)) {
        if (key === 'properties' && !at.endsWith('.if') && !at.endsWith('.then')) {
          for (const [name, field] of Object.entries(member as Json)) {
            if (typeof (field as Json)['description'] !== 'string') undescribed.push(`${at}.${name}`);
          }
        }
        walk(member, `${at}.${key}`);
      }
    };
    walk(schema, '');
    expect(undescribed).toEqual([]);
  });

  it.each(complete)('accepts the complete sample of %s, as the validation does', (_name, document) => {
    expect(validateSchema(document) ? [] : validateSchema.errors).toEqual([]);
    expect(errorsOf(document)).toEqual([]);
  });
});

describe('samples', () => {
  it('use every field of every config, so that the mutations reach all of them', () => {
    const exclusive = [
      'ai_completion.messages',
      'http.form',
      'http.multipart',
      'http.file',
      'email.markdown',
      'wait.until',
      'wait.signal',
      'wait.timeout',
      'schedule.interval',
    ];
    const unused = [
      ...STEP_TYPES.flatMap((type) =>
        Object.keys(stepDefinitions[type].config.shape)
          .filter((key) => !(key in sampleConfigs[type]))
          .map((key) => `${type}.${key}`),
      ),
      ...TRIGGER_TYPES.flatMap((type) =>
        Object.keys(triggerDefinitions[type].config.shape)
          .filter((key) => !(key in sampleTriggerConfigs[type]))
          .map((key) => `${type}.${key}`),
      ),
    ];
    expect(unused).toEqual(exclusive);
  });
});

describe.each(complete)('a mutation of %s', (_name, document) => {
  it('by a member that is removed gives a problem exactly where the schema requires it', () => {
    for (const path of pathsOf(document)) {
      const without = changed(document, path, (parent, key) => {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
      });
      const required = typeof path.at(-1) === 'string' && requiredBySchema(without, path);
      if (required) {
        expect([textOf(path), errorsOf(without)]).toMatchObject([
          textOf(path),
          [{ code: 'required', path: textOf(path) }],
        ]);
      } else if (validateSchema(without)) {
        expect([textOf(path), errorsOf(without).filter((problem) => problem.code === 'required')]).toEqual([
          textOf(path),
          [],
        ]);
      }
    }
  });

  it('by a value of another type gives a problem at that place exactly when the schema refuses it', () => {
    for (const path of pathsOf(document)) {
      for (const [type, value] of Object.entries(VALUES)) {
        const other = changed(document, path, (parent, key) => void (parent[key] = value));
        const allowed = validateSchema(other);
        const structural = errorsOf(other).filter((problem) => STRUCTURAL.has(problem.code));
        const where = `${textOf(path)} = ${type}`;
        if (allowed) expect([where, structural.filter(({ path: at }) => !IN_A_SCHEMA.test(at))]).toEqual([where, []]);
        else {
          // Inside an array or object there can be more than one thing wrong.
          const least = typeof value === 'object' && value !== null ? Math.max(structural.length, 1) : 1;
          expect([where, structural.length]).toEqual([where, least]);
          expect([where, structural.filter((problem) => !problem.path.startsWith(textOf(path)))]).toEqual([where, []]);
        }
      }
    }
  });

  it('by an unknown member gives one problem that names it', () => {
    const places: Path[] = [[], ...pathsOf(document).filter((path) => isKnownObject(document, path))];
    for (const path of places) {
      const more = changed(document, [...path, 'unheard_of'], (parent, key) => void (parent[key] = 1));
      if (validateSchema(more)) continue;
      const place = textOf([...path, 'unheard_of']);
      expect([place, errorsOf(more)]).toMatchObject([place, [{ code: 'unknown_field', path: place }]]);
    }
  });
});

/** A JSON Schema within a document: that of documents says only that it is an object, and the tests of these fields what else is checked. */
const IN_A_SCHEMA = /\.config\.response_schema\b|settings\.tool\.input_schema\b/;

const STRUCTURAL = new Set([
  'required',
  'wrong_type',
  'invalid_value',
  'unknown_field',
  'unknown_step_type',
  'unknown_trigger_type',
  'illegal_id',
]);

function requiredBySchema(document: Json, path: Path): boolean {
  if (validateSchema(document)) return false;
  const parent = path
    .slice(0, -1)
    .map((part) => `/${part}`)
    .join('');
  return (validateSchema.errors ?? []).some(
    (error) =>
      error.keyword === 'required' &&
      error.instancePath === parent &&
      (error.params as Json)['missingProperty'] === path.at(-1),
  );
}

function isKnownObject(document: Json, path: Path): boolean {
  const value = path.reduce<unknown>((current, part) => (current as Json)[part], document);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('a target that is no step', () => {
  const cases: [string, Json, Path][] = [
    ['next', workflowWith('transform', { next: 'second' }), ['steps', 0, 'next']],
    ['on_error.goto', workflowWith('transform', { on_error: { goto: 'second' } }), ['steps', 0, 'on_error', 'goto']],
    ['true_branch', workflowWith('condition'), ['steps', 0, 'config', 'true_branch']],
    ['false_branch[0]', workflowWith('condition'), ['steps', 0, 'config', 'false_branch', 0]],
    ['false_branch[1]', workflowWith('condition'), ['steps', 0, 'config', 'false_branch', 1]],
    ['cases[0].then', workflowWith('switch'), ['steps', 0, 'config', 'cases', 0, 'then']],
    ['cases[1].then[1]', workflowWith('switch'), ['steps', 0, 'config', 'cases', 1, 'then', 1]],
    ['default', workflowWith('switch'), ['steps', 0, 'config', 'default']],
  ];
  it.each(cases)('in %s is the only problem, with the nearest id as a hint', (_name, document, path) => {
    const wrong = changed(document, path, (parent, key) => void (parent[key] = 'secnd'));
    expect(validateWorkflow(wrong).problems).toMatchObject([
      { severity: 'error', code: 'unknown_target', path: textOf(path), hint: 'Did you mean "second"?' },
    ]);
  });
});
