import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@millrace/local/failure';
import { ENVIRONMENT } from '../config.js';
import type { Production } from '../supply-chain/lock-file.js';

/** What an image may have that its base has not, or has otherwise. */
const ADDED = ['/service', '/usr/local/bin/node', '/etc/passwd', '/etc/group'];

/** For whoever builds or debugs, and never for Node.js; `.modules.yaml` and the like have times and paths of the build. */
const OF_BUILDS =
  /\.(?:map|[mc]?ts|tsbuildinfo|md|log)$|(?:\.test|\.spec)\.[mc]?js$|\/\.turbo(?:\/|$)|\/node_modules\/\.[\w-]+\.(?:yaml|json)$/;

/** Never run by a service, even where a package that is says that it needs them. */
const OF_DEVELOPMENT = /^(?:@types\/|typescript@|jest(?:-.*)?@|@jest\/|eslint(?:-.*)?@|@eslint\/|turbo@|prettier@)/;

const SHOWN = 10;

/**
 * Throws where an image has more than its service runs with: anything beside the service and Node that its base has not, files of builds,
 * or packages that are no dependencies of production.
 */
export function requireProductionAlone(
  { root, base }: { readonly root: string; readonly base: string },
  production: Production,
): void {
  const added = addedTo(base, root).filter((path) => !ADDED.includes(path));
  refuse('what it adds to its base beside the service and Node', added);
  const files = readdirSync(join(root, 'service'), { recursive: true, encoding: 'utf8' });
  refuse(
    'files of builds',
    files.map((file) => `/service/${file}`).filter((file) => OF_BUILDS.test(file)),
  );
  const packages = installedPackages(join(root, 'service', 'node_modules', '.pnpm'));
  refuse(
    'packages of development',
    packages.filter((id) => !production.packages.has(id) || OF_DEVELOPMENT.test(id)),
  );
}

function refuse(what: string, found: readonly string[]): void {
  if (found.length === 0) return;
  const more = found.length > SHOWN ? [`and ${found.length - SHOWN} more`] : [];
  throw new Failure(`The image has ${what}.`, [...found.slice(0, SHOWN), ...more].join('\n'));
}

/** Paths in the second of two trees that are not in the first, or are other files there; of a new folder only its own path. */
function addedTo(first: string, second: string): string[] {
  return differences(first, second).flatMap((line) => {
    const [, folder = '', name = ''] = /^Only in (.+?): (.+)$/.exec(line) ?? [];
    if (folder.startsWith(second)) return [`${folder.slice(second.length)}/${name}`];
    const [, changed = ''] =
      /^(?:Files|Symbolic links) .+ and (.+) differ$|^File .+ while file (.+) is /.exec(line) ?? [];
    return changed.startsWith(second) ? [changed.slice(second.length)] : [];
  });
}

/** What differs in the content of two trees, a line each. */
export function differences(first: string, second: string): string[] {
  const { stdout, stderr, status } = spawnSync('diff', ['-rq', '--no-dereference', first, second], {
    encoding: 'utf8',
    env: { ...ENVIRONMENT, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0 && status !== 1) throw new Failure('The content of two images could not be compared.', stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Packages of the registry as pnpm has put them there, by `name@version`. */
function installedPackages(store: string): string[] {
  const folders = readdirSync(store).filter((folder) => folder !== 'node_modules' && !folder.startsWith('@millrace+'));
  return folders.flatMap((folder) => {
    const [, name = ''] = /^(@?[^@]+)@/.exec(folder) ?? [];
    if (name === '') return [];
    const manifest = join(store, folder, 'node_modules', name.replace('+', '/'), 'package.json');
    const { name: own, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string };
    return [`${own}@${version}`];
  });
}
