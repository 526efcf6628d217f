import type { KubernetesObject } from '../objects.js';

/** A place in an object, its steps separated by dots, and what is put there. */
export type Edit = readonly [path: string, content: unknown];

/** An object with other content in some places; all but the last step of each must be there. */
export function edited(object: KubernetesObject, edits: readonly Edit[]): KubernetesObject {
  const copy = structuredClone(object);
  for (const [path, content] of edits) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let place: unknown = copy;
    for (const step of steps) {
      place = (place as Record<string, unknown>)[step];
      if (typeof place !== 'object' || place === null) throw new Error(`${object.kind} has no ${step} of ${path}.`);
    }
    (place as Record<string, unknown>)[last] = content;
  }
  return copy;
}
