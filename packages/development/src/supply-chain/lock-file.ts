import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'yaml';

/** `pnpm-lock.yaml`, of which this is read. */
interface LockFile {
  /** Packages of the workspace, by their folders. */
  readonly importers: Readonly<Record<string, Importer>>;
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity?: string } }>>;
  /** What packages depend on; a package is there once for each set of peers. */
  readonly snapshots: Readonly<Record<string, Snapshot>>;
}

interface Importer {
  readonly dependencies?: Readonly<Record<string, { readonly version: string }>>;
  readonly optionalDependencies?: Readonly<Record<string, { readonly version: string }>>;
}

interface Snapshot {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package of the registry in the version that is installed. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** The hash of its archive, as `sha512-…`. */
  readonly integrity: string;
}

/** What runs with a package of the workspace: packages of the registry by their `name@version`, and which of them each depends on. */
export interface Production {
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** By `name@version`; what the package itself and those of the workspace depend on is below ''. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
}

export function readLockFile(root: string): LockFile {
  return parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')) as LockFile;
}

/** Every package of the registry that anything here is installed with, for production or not. */
export function lockedPackages({ packages }: LockFile): LockedPackage[] {
  return Object.entries(packages).map(([id, { resolution }]) => lockedPackage(id, resolution.integrity));
}

function lockedPackage(id: string, integrity = ''): LockedPackage {
  const at = id.lastIndexOf('@');
  return { name: id.slice(0, at), version: id.slice(at + 1), integrity };
}

/** What runs with the package of the workspace in `folder`, such as `apps/gateway`: no dependencies of its development. */
export function productionOf(lock: LockFile, folder: string): Production {
  const packages = new Map<string, LockedPackage>();
  const dependencies = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const visit = (owner: string, wanted: Readonly<Record<string, string>>, from: string): void => {
    for (const [name, version] of Object.entries(wanted)) {
      if (version.startsWith('link:')) {
        visitImporter(posix.join(from, version.slice('link:'.length)));
        continue;
      }
      // One that is installed under another name has its own before the version.
      const key = `${name}@${version}` in lock.snapshots ? `${name}@${version}` : version;
      const id = key.split('(', 1)[0] ?? key;
      dependencies.set(owner, (dependencies.get(owner) ?? new Set()).add(id));
      packages.set(id, lockedPackage(id, lock.packages[id]?.resolution.integrity));
      if (seen.has(key)) continue;
      seen.add(key);
      const { dependencies: needed = {}, optionalDependencies: optional = {} } = lock.snapshots[key] ?? {};
      visit(id, { ...needed, ...optional }, from);
    }
  };
  const visitImporter = (importer: string): void => {
    if (seen.has(importer)) return;
    seen.add(importer);
    const { dependencies: needed = {}, optionalDependencies: optional = {} } = lock.importers[importer] ?? {};
    const versions = Object.entries({ ...needed, ...optional }).map(([name, { version }]) => [name, version]);
    visit('', Object.fromEntries(versions) as Record<string, string>, importer);
  };
  visitImporter(folder);
  return { packages, dependencies };
}
