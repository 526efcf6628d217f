import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences, by their SPDX identifiers, that allow commercial use and ask for no source of ours. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Unlicense',
]);

/** Whether an expression of SPDX, such as `(MIT OR GPL-3.0)`, leaves a choice of which all parts are allowed. One with brackets inside of brackets does not. */
export function isAllowed(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence)));
}

interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  /** As it was written before there was SPDX. */
  readonly licenses?: readonly { readonly type: string }[];
}

/** What the installed packages of the registry say their licences are, by `name@version`; '' where one says nothing. */
export function installedLicences(root: string): ReadonlyMap<string, string> {
  const store = join(root, 'node_modules', '.pnpm');
  const licences = new Map<string, string>();
  for (const folder of readdirSync(store)) {
    for (const manifest of manifestsIn(join(store, folder, 'node_modules'))) {
      const { name, version, licenses = [], license = licenses.map(({ type }) => type).join(' OR ') } = manifest;
      licences.set(`${name}@${version}`, license);
    }
  }
  return licences;
}

/** Of the packages that are themselves in a folder `node_modules`; what is a link there is somewhere else. */
function manifestsIn(modules: string): PackageManifest[] {
  const entries = (folder: string) => {
    try {
      return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    } catch {
      return [];
    }
  };
  const folders = entries(modules).flatMap(({ name }) =>
    name.startsWith('@')
      ? entries(join(modules, name)).map((inner) => join(modules, name, inner.name))
      : [join(modules, name)],
  );
  return folders.flatMap((folder) => {
    try {
      return [JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest];
    } catch {
      return [];
    }
  });
}
