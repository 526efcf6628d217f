import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { tmpdir } from 'node:os';

const LEFT_OUT = new Set(['.git', '.millrace', '.turbo', 'coverage']);

/**
 * A copy of the repository with its build, to change and throw away. Installed packages are shared with the original;
 * packages of the workspace are those of the copy.
 */
export function copyOfTree(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'millrace-scaffold-'));
  const installed = join(root, 'node_modules');
  cpSync(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !LEFT_OUT.has(basename(source)) && source !== installed,
  });
  symlinkSync(installed, join(copy, 'node_modules'));
  return copy;
}

/** Gives a new app the packages that it names, as an install does: by the links that another app has to them. */
export function linkDependencies(copy: string, app: string, like: string): void {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(copy, 'apps', app, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const target = join(copy, 'apps', app, 'node_modules', name);
    mkdirSync(target.slice(0, target.lastIndexOf(sep)), { recursive: true });
    cpSync(join(copy, 'apps', like, 'node_modules', name), target, { verbatimSymlinks: true });
  }
}
