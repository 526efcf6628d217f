import type { z } from 'zod';
import { isPlainObject, memberNames, valuesOfKind } from './field-sites.js';
import { isReservedStepId, stepIdPattern } from './identifiers.js';
import { parse } from './parse.js';
import type { DocumentPath, Report } from './problem.js';
import { stepBaseSchema, type AnyStep } from './step-base.js';
import type { BranchRef, StepDefinition } from './step-definition.js';
import { isStepType, stepDefinitions, STEP_TYPES, type StepType } from './step-schemas.js';
import { failingMembers, reportIssues } from './zod-problems.js';

/** A list of steps inside a step, not yet read. */
export interface RawBlock {
  readonly name: string | null;
  readonly at: DocumentPath;
  readonly steps: readonly unknown[];
}

/** A step as far as it could be understood. What is wrong with it has been reported. */
export interface StepHead {
  readonly at: DocumentPath;
  /** The id as written, null when there is no usable one. */
  readonly id: string | null;
  readonly type: StepType | null;
  /** The fields all steps share, those with problems left out. */
  readonly base: Partial<AnyStep>;
  /** With defaults filled in; null when it has problems. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** The config as far as its expressions can be checked: members with problems are left out. */
  readonly readable: Readonly<Record<string, unknown>>;
  readonly branches: readonly BranchRef[] | null;
  readonly blocks: readonly RawBlock[];
  /** Nothing is wrong with what decides the order of steps. */
  readonly sound: boolean;
}

/** How the executor sees a step type whose config type doesn't matter. */
export type AnyStepDefinition = StepDefinition<StepType, z.ZodObject, boolean>;

/** The definition of a step type, its config type forgotten. */
export function definitionOf(type: StepType): AnyStepDefinition {
  // Sound: `branches` and `blocks` are only ever given what this same definition's `config` has parsed.
  return stepDefinitions[type];
}

/** Names users bring from other systems. */
const FOREIGN_TYPES: ReadonlyMap<string, StepType> = new Map(
  STEP_TYPES.flatMap((type) => definitionOf(type).aliases.map((alias) => [alias, type] as const)),
);

/** Reads one step of a list, its nested lists excepted, and reports everything that is wrong with it. */
export function readStep(raw: unknown, at: DocumentPath, report: Report): StepHead {
  if (!isPlainObject(raw)) {
    report({
      code: 'wrong_type',
      at,
      message: 'a step must be an object',
      hint: 'E.g. {"id": "fetch", "type": "http", "config": {…}}.',
    });
    return { at, id: null, type: null, base: {}, config: null, readable: {}, branches: null, blocks: [], sound: false };
  }
  const type = isStepType(raw['type']) ? raw['type'] : null;
  const { base, sound: baseSound } = readBase(raw, type, at, report);
  const id = typeof raw['id'] === 'string' && raw['id'] !== '' ? raw['id'] : null;
  const idSound = id !== null && checkId(id, at, report);
  if (type === null) {
    if (typeof raw['type'] === 'string') reportUnknownType(raw['type'], at, report);
    return { at, id, type, base, config: null, readable: {}, branches: null, blocks: [], sound: false };
  }
  const definition = definitionOf(type);
  const { config, readable } = readConfig(raw, definition, at, report);
  return {
    at,
    id,
    type,
    base,
    config,
    readable,
    branches: config === null ? null : (definition.branches?.(config) ?? null),
    blocks: nestedBlocks(definition, config, raw['config'], at),
    sound: baseSound && idSound && (config !== null || definition.branches === undefined),
  };
}

function readBase(raw: Record<string, unknown>, type: StepType | null, at: DocumentPath, report: Report) {
  const parsed = parse(stepBaseSchema, raw);
  if (parsed.success) return { base: parsed.data, sound: parsed.data.id !== '' };
  const configNames = type === null ? [] : memberNames(definitionOf(type).config);
  reportIssues(
    {
      schema: stepBaseSchema,
      value: raw,
      at,
      misplaced: (key) => (configNames.includes(key) ? `"${key}" belongs into the step's "config".` : undefined),
    },
    parsed.issues,
    report,
  );
  const failing = failingMembers(parsed.issues);
  const kept = memberNames(stepBaseSchema).filter((key) => Object.hasOwn(raw, key) && !failing.has(key));
  const base: Partial<AnyStep> = Object.fromEntries(kept.map((key) => [key, raw[key]]));
  const sound = !['id', 'type', 'next', 'if', 'on_error'].some((key) => failing.has(key));
  return { base, sound };
}

function checkId(id: string, at: DocumentPath, report: Report): boolean {
  const place = [...at, 'id'];
  if (isReservedStepId(id)) {
    report({
      code: 'reserved_id',
      at: place,
      message: `"${id}" cannot be the id of a step: the word has a meaning in expressions`,
      hint: `Call it e.g. "${id.replace(/^_+|(?<!_)_+$/g, '')}_step".`,
    });
    return false;
  }
  if (stepIdPattern.test(id)) return true;
  report({
    code: 'illegal_id',
    at: place,
    message: `${JSON.stringify(id)} cannot be the id of a step`,
    hint: 'An id is a letter, then letters, digits, "_" and "-", at most 64 characters.',
  });
  return false;
}

function reportUnknownType(type: string, at: DocumentPath, report: Report): void {
  const foreign = FOREIGN_TYPES.get(type.toLowerCase());
  report({
    code: 'unknown_step_type',
    at: [...at, 'type'],
    message: `"${type}" is not a step type`,
    hint: (suggest) =>
      foreign ? `Did you mean "${foreign}"?` : (suggest(type, STEP_TYPES) ?? `Step types: ${STEP_TYPES.join(', ')}.`),
  });
}

function readConfig(
  raw: Record<string, unknown>,
  definition: AnyStepDefinition,
  at: DocumentPath,
  report: Report,
): Pick<StepHead, 'config' | 'readable'> {
  const value = raw['config'];
  // A config of another type has been reported with the step's own fields.
  if (value !== undefined && !isPlainObject(value)) return { config: null, readable: {} };
  const parsed = parse(definition.config, value ?? {});
  if (parsed.success) return { config: parsed.data, readable: parsed.data };
  const place = [...at, 'config'];
  if (value === undefined) {
    const wanted = parsed.issues.map((issue) => issue.path[0]).filter((name) => name !== undefined);
    const hint =
      wanted.length > 0
        ? `A step of type "${definition.type}" needs: ${wanted.join(', ')}.`
        : parsed.issues[0]?.message;
    report({ code: 'required', at: place, message: '"config" is required', ...(hint === undefined ? {} : { hint }) });
    return { config: null, readable: {} };
  }
  const stepNames = memberNames(stepBaseSchema);
  reportIssues(
    {
      schema: definition.config,
      value,
      at: place,
      misplaced: (key) =>
        stepNames.includes(key) ? `"${key}" belongs to the step itself, beside "config".` : undefined,
    },
    parsed.issues,
    report,
  );
  const failing = failingMembers(parsed.issues);
  const readable = Object.fromEntries(Object.entries(value).filter(([key]) => !failing.has(key)));
  return { config: null, readable };
}

function nestedBlocks(
  definition: AnyStepDefinition,
  config: Record<string, unknown> | null,
  raw: unknown,
  at: DocumentPath,
): readonly RawBlock[] {
  const place = [...at, 'config'];
  if (config !== null) {
    return definition.blocks?.(config).map((block) => ({ ...block, at: [...place, ...block.path] })) ?? [];
  }
  // The config has problems of its own; what is inside is still read, so that all problems come at once.
  return valuesOfKind(definition.config, 'steps', raw, place).flatMap((found) =>
    Array.isArray(found.value) ? [{ name: null, at: found.at, steps: found.value as unknown[] }] : [],
  );
}
