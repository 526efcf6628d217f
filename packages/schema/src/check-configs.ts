import type { Report } from './problem.js';
import type { ReadDocument, ReadStep } from './read-document.js';
import { definitionOf } from './read-step.js';
import { checkSchemaShape } from './schema-shape.js';
import type { ValidationContext } from './validation-context.js';
import { forEachStep } from './walk.js';

/** Checks of configs that are in order by their schemas what would fail whenever it runs. */
export function checkConfigs(read: ReadDocument, context: ValidationContext, report: Report): void {
  forEachStep(read.root, (step) => {
    if (step.type === null || step.config === null) return;
    definitionOf(step.type).check?.(step.config, [...step.at, 'config'], report, context);
    if (step.base.secrets_in_output === true && step.config['response'] === 'file') reportSecretFile(step, report);
  });
  checkSchemaShape(read.settings.tool?.input_schema, ['settings', 'tool', 'input_schema'], report);
}

function reportSecretFile({ at }: ReadStep, report: Report): void {
  report({
    code: 'invalid_value',
    at: [...at, 'secrets_in_output'],
    message: 'a step whose output is secret can keep no file: files can be read by whoever reads executions',
    hint: 'Leave out "secrets_in_output", or "response": "file".',
  });
}
