import { isPlainObject } from './field-sites.js';
import { DOCUMENT_LIMITS } from './limits.js';
import type { Report } from './problem.js';
import { readDocument, type ReadDocument, type ReadStep } from './read-document.js';
import { marksOf } from './step-marks.js';
import { callersMayWait } from './trigger-schemas.js';
import { forEachStep } from './walk.js';

/** Warns of steps that respond where no caller of a webhook waits for that. */
export function checkResponses({ root, triggers }: ReadDocument, report: Report): void {
  const responding = respondingSteps(root);
  const called = triggers.filter(({ type }) => type !== null && callersMayWait(type));
  // What a trigger with problems of its own would do is not known.
  if (called.some(({ config }) => config === null)) return;
  if (called.some(({ config }) => config?.['respond'] === 'wait')) return;
  const [trigger] = called;
  const [step] = responding;
  if (step !== undefined && trigger !== undefined)
    report({
      severity: 'warning',
      code: 'unheard_response',
      at: trigger.at,
      message: `callers of the webhook do not wait for the response of the step "${step.id}": they get a 202 at once`,
      hint: 'Add "respond": "wait" to the config of the trigger.',
    });
}

/** Whether any step of a document responds, also one that only some executions run. False of anything but a document. */
export function hasRespondingStep(document: unknown): boolean {
  return (
    isPlainObject(document) && respondingSteps(readDocument(document, DOCUMENT_LIMITS, () => undefined).root).length > 0
  );
}

function respondingSteps(root: ReadDocument['root']): ReadStep[] {
  const responding: ReadStep[] = [];
  forEachStep(root, (step) => {
    if (step.type !== null && marksOf(step.type).responds) responding.push(step);
  });
  return responding;
}
