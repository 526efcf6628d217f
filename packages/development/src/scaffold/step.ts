import { Changes } from './changes.js';
import { typeNames, type Names } from './names.js';
import { template } from './templates.js';
import { withImport, withLineInBlock, withTextAfter, withTextBefore } from './text-edits.js';

const DEFINITIONS = 'packages/schema/src/step-schemas.ts';
const REGISTRY = 'apps/executor/src/steps/registry.ts';
const MODULE = 'apps/executor/src/app.module.ts';
const PAGE = 'docs/workflows.md';

/** What a step type is made of. */
export interface StepWish {
  readonly name: string;
  /** What it does, as a verb in the third person: "Sends a text message". */
  readonly description: string;
  /** It calls a service; otherwise it only computes. */
  readonly client: boolean;
}

/** Makes a step type: its definition, its handler with a test, and its place in the documentation. Throws ScaffoldError. */
export function newStep(root: string, { name, description, client }: StepWish): Changes {
  const names = typeNames(name);
  const values = { ...names, description };
  const kind = client ? 'client-step' : 'step';
  const changes = new Changes(root);
  const make = (path: string, from: string) => changes.create(path, template(root, `${kind}/${from}`, values));
  make(`packages/schema/src/steps/${names.kebab}.ts`, 'definition.ts');
  make(`apps/executor/src/steps/${names.kebab}.step.ts`, 'handler.ts');
  make(`apps/executor/src/steps/${names.kebab}.step.test.ts`, 'handler.test.ts');
  changes.edit(DEFINITIONS, (text) =>
    withLineInBlock(
      withImport(text, `${names.camel}Step`, `./steps/${names.kebab}.js`),
      'export const stepDefinitions = {',
      `${name}: ${names.camel}Step,`,
    ),
  );
  register(changes, names, client);
  const section = template(root, `${kind}/section.md`, values);
  make(`docs/steps/${name}.md`, 'page.md');
  const output = client ? '`{body}`' : '`{value}`';
  const does = description.charAt(0).toLowerCase() + description.slice(1);
  changes.edit(PAGE, (text) => {
    const row = `| [\`${name}\`](#${name}) | ${does} | ${output} |\n`;
    const page = withTextBefore(withTextBefore(text, /^\| \[`stop`\]/m, row), /^### stop$/m, section);
    return client ? withTextAfter(page, /^Without `retry`, steps that call a service \([^)]*/m, `, \`${name}\``) : page;
  });
  return changes;
}

function register(changes: Changes, { name, camel, pascal, kebab }: Names, client: boolean): void {
  const imported = client ? `${camel}, type ${pascal}StepNeeds` : camel;
  const entry = client ? `${name}: needs.${name} && ${camel}(needs.${name}),` : `${name}: ${camel},`;
  changes.edit(REGISTRY, (text) => {
    const listed = withLineInBlock(withImport(text, imported, `./${kebab}.step.js`), '  return {', entry);
    return client
      ? withLineInBlock(listed, 'export interface HandlerNeeds {', `readonly ${name}: ${pascal}StepNeeds;`)
      : listed;
  });
  if (client)
    changes.edit(MODULE, (text) => withLineInBlock(text, 'stepHandlers({', `${name}: { client, clock: systemClock },`));
}
