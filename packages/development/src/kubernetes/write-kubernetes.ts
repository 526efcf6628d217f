import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describedServices } from '../services.js';
import { readJson } from '@millrace/local/json-file';
import { composeFile } from '../compose/compose-file.js';
import { baseFiles } from './base-files.js';
import { withSecretsTable } from './secrets-table.js';

/** Writes what follows from the manifests of the built services into `k8s/` and `deploy/compose.yaml`, and the table of Secrets into `docs/deploy.md`. */
export async function writeKubernetes(root: string): Promise<void> {
  const { version } = readJson(join(root, 'package.json')) as { version: string };
  const services = await describedServices(root);
  writeFileSync(join(root, 'deploy/compose.yaml'), composeFile(services, version));
  const page = join(root, 'docs/deploy.md');
  writeFileSync(page, withSecretsTable(readFileSync(page, 'utf8'), services));
  for (const [path, text] of baseFiles(services, version)) {
    const file = join(root, 'k8s', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
