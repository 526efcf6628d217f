import type { StepChange } from '@millrace/contracts';
import { fieldSites, isStepType, stepDefinitions, valuesAt } from '@millrace/schema';
import { isObject, isSameNumber, type JsonObject } from '../workflows/json-object.js';
import { longestIncreasing } from './longest-increasing.js';

/** A step of a document. */
interface PlacedStep {
  readonly step: JsonObject;
  /** The list that it is in: the id of the step around it and where in that; '' for the document's own steps. */
  readonly list: string;
  /** The lists inside it, whose steps are compared by themselves. */
  readonly inside: ReadonlySet<unknown>;
}

/** What became of each step, nested ones included: in the order of the later document, and last those that are gone. */
export function stepChanges(former: JsonObject, latter: JsonObject): StepChange[] {
  const before = stepsOf(former);
  const after = stepsOf(latter);
  const moved = movedSteps(before, after);
  const changes = [...after].flatMap(([step_id, now]): StepChange[] => {
    const was = before.get(step_id);
    if (was === undefined) return [{ step_id, change: 'added', fields: [] }];
    const fields = differentFields(was, now);
    return [
      ...(fields.length > 0 ? [{ step_id, change: 'changed' as const, fields }] : []),
      ...(moved.has(step_id) ? [{ step_id, change: 'moved' as const, fields: [] }] : []),
    ];
  });
  const removed = [...before.keys()].filter((step_id) => !after.has(step_id));
  return [...changes, ...removed.map((step_id) => ({ step_id, change: 'removed' as const, fields: [] }))];
}

function stepsOf(document: JsonObject): Map<string, PlacedStep> {
  const steps = new Map<string, PlacedStep>();
  collect(document.steps, '', steps);
  return steps;
}

function collect(list: unknown, name: string, found: Map<string, PlacedStep>): void {
  if (!Array.isArray(list)) return;
  for (const step of list) {
    // Versions are documents that were valid when they were saved, so that ids are there and differ.
    if (!isObject(step) || typeof step.id !== 'string') continue;
    const inner = innerLists(step);
    found.set(step.id, { step, list: name, inside: new Set(inner.map(({ value }) => value)) });
    for (const { at, value } of inner) collect(value, [step.id, ...at].join('.'), found);
  }
}

function innerLists({ type, config }: JsonObject): ReturnType<typeof valuesAt> {
  if (typeof type !== 'string' || !isStepType(type)) return [];
  const sites = fieldSites(stepDefinitions[type].config).filter(({ kind }) => kind === 'steps');
  return sites.flatMap(({ path }) => valuesAt(config, path, []));
}

/** Steps that are in another list, or elsewhere among those that stayed in theirs. */
function movedSteps(before: ReadonlyMap<string, PlacedStep>, after: ReadonlyMap<string, PlacedStep>): Set<string> {
  const moved = new Set<string>();
  const stayed = new Map<string, { id: string; place: number }[]>();
  const places = new Map([...before.keys()].map((id, place) => [id, place]));
  for (const [id, { list }] of after) {
    const was = before.get(id);
    if (was === undefined) continue;
    if (was.list !== list) {
      moved.add(id);
      continue;
    }
    const steps = stayed.get(list) ?? [];
    steps.push({ id, place: places.get(id) ?? 0 });
    stayed.set(list, steps);
  }
  for (const steps of stayed.values()) {
    const inOrder = longestIncreasing(steps.map(({ place }) => place));
    steps.forEach(({ id }, position) => {
      if (!inOrder.has(position)) moved.add(id);
    });
  }
  return moved;
}

/** Fields of a step, and of its config `config.…`, that say something else than before. */
function differentFields(was: PlacedStep, now: PlacedStep): string[] {
  const former = fieldsOf(was.step);
  const latter = fieldsOf(now.step);
  const inside = new Set([...was.inside, ...now.inside]);
  const names = new Set([...former.keys(), ...latter.keys()]);
  return [...names].filter((name) => !isSame(former.get(name), latter.get(name), inside));
}

function fieldsOf({ id: _id, config, ...others }: JsonObject): Map<string, unknown> {
  const ofConfig = isObject(config)
    ? Object.entries(config).map(([name, value]) => [`config.${name}`, value] as const)
    : [];
  return new Map([...Object.entries(others), ...ofConfig]);
}

/** Whether two values of a document say the same; two lists of `apart` do, whatever is in them. */
function isSame(one: unknown, other: unknown, apart: ReadonlySet<unknown>): boolean {
  if (one === other || (apart.has(one) && apart.has(other))) return true;
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((element, index) => isSame(element, other[index], apart))
    );
  if (!isObject(one) || !isObject(other)) return isSameNumber(one, other);
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name], apart))
  );
}
