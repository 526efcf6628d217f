import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.js';
import { installedLicences } from './licences.js';
import { productionOf, readLockFile } from './lock-file.js';

/** Folders of what is deployed: the services and the operator's program. */
export function deployedFolders(root: string): string[] {
  const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'package.json')));
  return [...apps.map((app) => `apps/${app}`), 'packages/ops'];
}

/** Writes what each program that is deployed is made of into `folder`, as `NAME.cdx.json`. Returns the names of the files. */
export function writeBills(root: string, folder: string): string[] {
  const lock = readLockFile(root);
  const licences = installedLicences(root);
  mkdirSync(folder, { recursive: true });
  return deployedFolders(root).map((deployed) => {
    const { name, version } = JSON.parse(readFileSync(join(root, deployed, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    const bill = billOfMaterials({ name, version }, productionOf(lock, deployed), licences);
    const file = `${deployed.split('/').at(-1)}.cdx.json`;
    writeFileSync(join(folder, file), `${JSON.stringify(bill, null, 2)}\n`);
    return file;
  });
}
