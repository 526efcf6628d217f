import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describedServices } from '../services.js';
import { readJson } from '@millrace/local/json-file';
import { composeFile } from '../compose/compose-file.js';
import { baseFiles } from './base-files.js';

/** Writes what follows from the manifests of the built services into `k8s/` and `deploy/compose/`. */
export async function writeKubernetes(root: string): Promise<void> {
  const { version } = readJson(join(root, 'package.json')) as { version: string };
  const services = await describedServices(root);
  writeFileSync(join(root, 'deploy/compose/compose.yaml'), composeFile(services, version));
  for (const [path, text] of baseFiles(services, version)) {
    const file = join(root, 'k8s', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
