import type { z } from 'zod';
import { triggerBaseSchema, documentSchema, EDITOR_FIELDS, SERVER_FIELDS, type WorkflowStatus } from './document.js';
import { isPlainObject, memberNames } from './field-sites.js';
import { FIELD_LIMITS, type DocumentLimits } from './limits.js';
import type { DocumentPath, Report } from './problem.js';
import { parse } from './parse.js';
import { readStep, type RawBlock, type StepHead } from './read-step.js';
import type { WorkflowSettings } from './settings.js';
import { isTriggerType, triggerDefinitions, TRIGGER_TYPES, type TriggerType } from './trigger-schemas.js';
import { hintForMember, hintForType } from './trigger-hints.js';
import { failingMembers, reportIssues } from './zod-problems.js';

/** A step with its nested lists. */
export interface ReadStep extends StepHead {
  readonly lists: readonly ReadBlock[];
}

/** A list of steps. */
export interface ReadBlock {
  readonly name: string | null;
  readonly at: DocumentPath;
  readonly steps: readonly ReadStep[];
}

/** A trigger with its defaults filled in; `config` is null when it has problems. */
export interface ReadTrigger {
  readonly at: DocumentPath;
  readonly type: TriggerType;
  readonly config: Readonly<Record<string, unknown>> | null;
  /** The fields of the config that are in order each, also where the config as a whole is not. */
  readonly readable: Readonly<Record<string, unknown>>;
}

/** A document as far as it could be understood. What is wrong with it has been reported. */
export interface ReadDocument {
  readonly root: ReadBlock;
  readonly stepCount: number;
  readonly triggers: readonly ReadTrigger[];
  readonly status: WorkflowStatus;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly settings: WorkflowSettings;
  readonly output: unknown;
}

/** Reads the structure of a document: every field of every step and trigger, nested ones included. */
export function readDocument(source: Record<string, unknown>, limits: DocumentLimits, report: Report): ReadDocument {
  const own = withoutServerFields(source);
  const parsed = parse(documentSchema, own);
  const failing = parsed.success ? new Set<PropertyKey>() : failingMembers(parsed.issues);
  if (!parsed.success)
    reportIssues({ schema: documentSchema, value: own, at: [], misplaced: hintForMember }, parsed.issues, report);
  const get = (key: keyof typeof documentSchema.shape): unknown => (failing.has(key) ? undefined : own[key]);
  const counter = { steps: 0 };
  const rawSteps = get('steps');
  const root = readBlock({ name: null, at: ['steps'], steps: Array.isArray(rawSteps) ? rawSteps : [] }, 0, {
    limits,
    report,
    counter,
  });
  if (counter.steps > limits.steps) {
    report({
      code: 'step_limit',
      at: ['steps'],
      message: `the workflow has more than ${limits.steps} steps`,
      hint: 'Move a part of it into a workflow of its own and run that with a "sub_workflow" step.',
    });
  }
  return {
    root,
    stepCount: counter.steps,
    triggers: readTriggers(own, report),
    status: (get('status') as WorkflowStatus | undefined) ?? 'active',
    variables: (get('variables') as Record<string, unknown> | undefined) ?? {},
    settings: (get('settings') as WorkflowSettings | undefined) ?? {},
    output: own['output'],
  };
}

/** The document without what the server added to it. */
export function withoutServerFields(source: Record<string, unknown>): Record<string, unknown> {
  const foreign: readonly string[] = [...SERVER_FIELDS, ...EDITOR_FIELDS];
  return Object.fromEntries(Object.entries(source).filter(([key]) => !foreign.includes(key)));
}

interface Reading {
  readonly limits: DocumentLimits;
  readonly report: Report;
  readonly counter: { steps: number };
}

function readBlock(block: RawBlock, depth: number, reading: Reading): ReadBlock {
  reading.counter.steps += block.steps.length;
  // The rest is not read: the steps read are already more than are allowed, and that is the problem to report.
  if (reading.counter.steps > reading.limits.steps) return { name: block.name, at: block.at, steps: [] };
  if (depth > reading.limits.nesting) {
    reading.report({
      code: 'nesting_limit',
      at: block.at,
      message: `loops and parallels are nested more than ${reading.limits.nesting} deep here`,
      hint: 'Move the inner part into a workflow of its own and run that with a "sub_workflow" step.',
    });
    return { name: block.name, at: block.at, steps: [] };
  }
  const steps = block.steps.map((raw, index) => {
    const head = readStep(raw, [...block.at, index], reading.report);
    return { ...head, lists: head.blocks.map((inner) => readBlock(inner, depth + 1, reading)) };
  });
  return { name: block.name, at: block.at, steps };
}

function readTriggers(own: Record<string, unknown>, report: Report): ReadTrigger[] {
  const { trigger, triggers } = own;
  if (trigger !== undefined && trigger !== null && triggers !== undefined) {
    report({
      code: 'invalid_value',
      at: ['triggers'],
      on: 'key',
      message: 'the workflow has both "trigger" and "triggers"',
      hint: 'Put all of them into "triggers".',
    });
  }
  const found: ReadTrigger[] = [];
  if (trigger !== undefined && trigger !== null) found.push(...readTrigger(trigger, ['trigger'], report));
  // What is above the limit has been reported with the document's own fields.
  if (Array.isArray(triggers))
    triggers
      .slice(0, FIELD_LIMITS.triggers)
      .forEach((one, index) => found.push(...readTrigger(one, ['triggers', index], report)));
  return found;
}

function readTrigger(raw: unknown, at: DocumentPath, report: Report): ReadTrigger[] {
  if (!isPlainObject(raw)) {
    report({ code: 'wrong_type', at, message: 'a trigger must be an object', hint: 'E.g. {"type": "webhook"}.' });
    return [];
  }
  const type = isTriggerType(raw['type']) ? raw['type'] : null;
  const base = parse(triggerBaseSchema, raw);
  if (!base.success) {
    const configNames = type === null ? [] : memberNames(triggerDefinitions[type].config);
    const misplaced = (key: string) => {
      if (type === null) return hintForMember(key);
      return configNames.includes(key) ? `"${key}" belongs into the trigger's "config".` : undefined;
    };
    reportIssues({ schema: triggerBaseSchema, value: raw, at, misplaced }, base.issues, report);
  }
  if (type === null) {
    if (typeof raw['type'] === 'string') {
      const name = raw['type'];
      report({
        code: 'unknown_trigger_type',
        at: [...at, 'type'],
        message: `"${name}" is not a trigger type`,
        hint: (suggest) =>
          suggest(name, TRIGGER_TYPES) ??
          hintForType(name) ??
          `Trigger types: ${TRIGGER_TYPES.join(', ')}. A workflow without a trigger is started by the API.`,
      });
    }
    return [];
  }
  return [{ at, type, ...readTriggerConfig(raw['config'], type, at, report) }];
}

function readTriggerConfig(
  value: unknown,
  type: TriggerType,
  at: DocumentPath,
  report: Report,
): Pick<ReadTrigger, 'config' | 'readable'> {
  if (value !== undefined && !isPlainObject(value)) return { config: null, readable: {} };
  const schema = triggerDefinitions[type].config;
  const parsed = parse(schema, value ?? {});
  if (parsed.success) return { config: parsed.data, readable: parsed.data };
  if (value === undefined) {
    report({
      code: 'required',
      at: [...at, 'config'],
      message: '"config" is required',
      hint: wanted(type, parsed.issues),
    });
    return { config: null, readable: {} };
  }
  reportIssues({ schema, value, at: [...at, 'config'] }, parsed.issues, report);
  const failing = failingMembers(parsed.issues);
  const readable = Object.fromEntries(Object.entries(value).filter(([key]) => !failing.has(key)));
  return { config: null, readable };
}

/** What the config of a trigger has to have. Where no member by itself is required, what is wrong with the whole says so. */
function wanted(type: TriggerType, issues: readonly z.core.$ZodIssue[]): string {
  const members = issues.flatMap(({ path: [member] }) => (member === undefined ? [] : [String(member)]));
  if (members.length > 0) return `A trigger of type "${type}" needs: ${members.join(', ')}.`;
  const hints = issues.map((issue): unknown => (issue.code === 'custom' ? issue.params?.['hint'] : undefined));
  return (
    hints.find((hint) => typeof hint === 'string') ??
    `It takes: ${memberNames(triggerDefinitions[type].config).join(', ')}.`
  );
}
