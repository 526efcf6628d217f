import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describedServices } from '../services.js';
import { readJson } from '@millrace/local/json-file';
import { baseFiles } from './base-files.js';

/** Writes what follows from the manifests of the built services into `k8s/`. */
export async function writeKubernetes(root: string): Promise<void> {
  const { version } = readJson(join(root, 'package.json')) as { version: string };
  for (const [path, text] of baseFiles(await describedServices(root), version)) {
    const file = join(root, 'k8s', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
