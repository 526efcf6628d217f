import type { Report } from './problem.js';
import type { ReadDocument, ReadStep } from './read-document.js';
import { responds } from './step-schemas.js';
import { forEachStep } from './walk.js';

/** Warns of steps that respond where no caller of a webhook waits for that. */
export function checkResponses({ root, triggers }: ReadDocument, report: Report): void {
  const responding: ReadStep[] = [];
  forEachStep(root, (step) => {
    if (step.type !== null && responds(step.type)) responding.push(step);
  });
  const webhooks = triggers.filter(({ type }) => type === 'webhook');
  // What a trigger with problems of its own would do is not known.
  if (webhooks.some(({ config }) => config === null)) return;
  if (webhooks.some(({ config }) => config?.['respond'] === 'wait')) return;
  const [webhook] = webhooks;
  const [step] = responding;
  if (step !== undefined && webhook !== undefined)
    report({
      severity: 'warning',
      code: 'unheard_response',
      at: webhook.at,
      message: `callers of the webhook do not wait for the response of the step "${step.id}": they get a 202 at once`,
      hint: 'Add "respond": "wait" to the config of the trigger.',
    });
}
