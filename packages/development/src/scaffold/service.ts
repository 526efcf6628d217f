import { Changes } from './changes.js';
import { serviceNames } from './names.js';
import { template, templatesIn } from './templates.js';
import { withLineInBlock } from './text-edits.js';

const PERMISSIONS = 'packages/messaging/src/service-access.ts';

/** Makes a service on the shared shell, with a user on the NATS server that may do nothing yet. Throws ScaffoldError. */
export function newService(root: string, { name, description }: { name: string; description: string }): Changes {
  const names = serviceNames(name);
  const values = { ...names, description };
  const changes = new Changes(root);
  for (const path of templatesIn(root, 'service')) {
    const target = path.replace('service.int.test.ts', `${name}.int.test.ts`);
    changes.create(`apps/${name}/${target}`, template(root, `service/${path}`, values));
  }
  changes.edit(PERMISSIONS, (text) =>
    withLineInBlock(
      text,
      'export const SERVICE_ACCESS',
      `'${name}': { asks: [], creates: [], writes: [], reads: [], snapshots: [] },`,
    ),
  );
  return changes;
}
