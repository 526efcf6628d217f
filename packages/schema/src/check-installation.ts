import { valuesOfKind, type PlacedValue } from './field-sites.js';
import type { Report } from './problem.js';
import type { ReadDocument } from './read-document.js';
import { definitionOf } from './read-step.js';
import { settingsSchema, type WorkflowSettings } from './settings.js';
import type { ValidationContext } from './validation-context.js';
import { forEachStep } from './walk.js';

/** Checks what is right in itself but not to be had where the workflow will run. All of it is warnings: it can be added later. */
export function checkInstallation(read: ReadDocument, context: ValidationContext, report: Report): void {
  forEachStep(read.root, (step) => {
    if (step.type !== null && context.stepTypes !== undefined && !context.stepTypes.includes(step.type)) {
      const message = `this installation cannot run steps of type "${step.type}"`;
      report({
        severity: 'warning',
        code: 'step_type_unavailable',
        at: [...step.at, 'type'],
        message,
        hint: `It can run: ${context.stepTypes.join(', ')}.`,
      });
    }
    for (const field of context.ignoredStepFields ?? []) {
      // `false` is what happens anyway.
      if (step.base[field] === undefined || step.base[field] === false) continue;
      report({
        severity: 'warning',
        code: 'step_field_not_in_effect',
        at: [...step.at, field],
        message: `this installation does not act on "${field}"`,
        hint: 'The step runs, and is recorded, as if it were not there.',
      });
    }
    if (step.type === null) return;
    const { config } = definitionOf(step.type);
    for (const found of valuesOfKind(config, 'workflow', step.config, [...step.at, 'config']))
      checkWorkflowId(found, context, report);
  });
  for (const trigger of read.triggers) {
    if (context.triggerTypes === undefined || context.triggerTypes.includes(trigger.type)) continue;
    report({
      severity: 'warning',
      code: 'trigger_type_unavailable',
      at: [...trigger.at, 'type'],
      message: `this installation does not start workflows by a trigger of type "${trigger.type}"`,
      hint: `The API can start the workflow. Triggers here: ${context.triggerTypes.join(', ')}.`,
    });
  }
  for (const name of Object.keys(read.settings) as (keyof WorkflowSettings)[]) {
    if (context.settings === undefined || context.settings.includes(name)) continue;
    report({
      severity: 'warning',
      code: 'setting_not_in_effect',
      at: ['settings', name],
      message: `this installation does not act on the setting "${name}"`,
    });
  }
  for (const found of valuesOfKind(settingsSchema, 'workflow', read.settings, ['settings']))
    checkWorkflowId(found, context, report);
}

function checkWorkflowId({ value: id, at }: PlacedValue, context: ValidationContext, report: Report): void {
  if (typeof id !== 'string' || context.workflows === undefined || context.workflows.includes(id)) return;
  report({
    severity: 'warning',
    code: 'unknown_workflow',
    at,
    message: `there is no workflow "${id}"`,
    hint: 'Give the id of one that GET /v1/workflows lists, or create it before this one runs.',
  });
}
