import type { Report } from './problem.js';
import type { ReadDocument, ReadStep } from './read-document.js';
import { responds } from './step-schemas.js';
import { forEachStep } from './walk.js';

/** Warns where a webhook's callers and the steps that respond miss each other: both work, and each does nothing without the other. */
export function checkResponses({ root, triggers }: ReadDocument, report: Report): void {
  const responding: ReadStep[] = [];
  forEachStep(root, (step) => {
    if (step.type !== null && responds(step.type)) responding.push(step);
  });
  const webhooks = triggers.filter(({ type }) => type === 'webhook');
  // What a trigger with problems of its own would do is not known.
  if (webhooks.some(({ config }) => config === null)) return;
  const waiting = webhooks.filter(({ config }) => config?.['respond'] === 'wait');
  const [webhook] = webhooks;
  const [step] = responding;
  if (step !== undefined && webhook !== undefined && waiting.length === 0)
    report({
      severity: 'warning',
      code: 'unheard_response',
      at: webhook.at,
      message: `callers of the webhook do not wait for the response of the step "${step.id}": they get a 202 at once`,
      hint: 'Add "respond": "wait" to the config of the trigger.',
    });
  if (step === undefined)
    for (const { at } of waiting)
      report({
        severity: 'warning',
        code: 'missing_response',
        at: [...at, 'config', 'respond'],
        message: 'callers of the webhook wait for a response, and no step gives one: they get a 202 at the end',
        hint: 'Add a step of the type "respond", or leave "respond" out of the trigger.',
      });
}
