import { Changes } from './changes.js';
import { typeNames } from './names.js';
import { template } from './templates.js';
import { withImport, withLineInBlock, withTextBefore } from './text-edits.js';

const DEFINITIONS = 'packages/schema/src/trigger-schemas.ts';
const REGISTRY = 'apps/definitions/src/triggers/registry.ts';
const PAGE = 'docs/workflows.md';

/** Makes a trigger, with a test, that is checked and stored, and saved with a warning until a service starts workflows by it. Throws ScaffoldError. */
export function newTrigger(root: string, { name, description }: { name: string; description: string }): Changes {
  const names = typeNames(name);
  const values = { ...names, description };
  const changes = new Changes(root);
  const make = (path: string, from: string) => changes.create(path, template(root, `trigger/${from}`, values));
  make(`packages/schema/src/triggers/${names.kebab}.ts`, 'definition.ts');
  make(`apps/definitions/src/triggers/${names.kebab}.trigger.ts`, 'plugin.ts');
  make(`apps/definitions/src/triggers/${names.kebab}.trigger.test.ts`, 'plugin.test.ts');
  const constant = `${names.camel}Trigger`;
  changes.edit(DEFINITIONS, (text) =>
    withLineInBlock(
      withImport(text, constant, `./triggers/${names.kebab}.js`),
      'export const triggerDefinitions = {',
      `${name}: ${constant},`,
    ),
  );
  changes.edit(REGISTRY, (text) =>
    withLineInBlock(withImport(text, constant, `./${names.kebab}.trigger.js`), '  return {', `${name}: ${constant},`),
  );
  changes.edit(PAGE, (text) =>
    withTextBefore(text, /^A webhook's address is in /m, template(root, 'trigger/block.md', values)),
  );
  return changes;
}
