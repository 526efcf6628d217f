import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describeFailure } from '@millrace/local/failure';
import { readJson } from '@millrace/local/json-file';
import { forgetBuild, workspaceFolders } from '@millrace/local/workspace';
import { watch } from 'chokidar';
import { builtFile, compileFile, warmCompiler } from './compile-file.js';

/** Editors write a file in several steps, and save several files at once: one restart for all of it. */
const QUIET_MS = 60;

/** So many of what has changed together are named. */
const NAMED_FILES = 3;

/** What is watched, and what is done about it. */
export interface WatchOptions {
  readonly repoRoot: string;
  readonly services: readonly string[];
  readonly restart: (service: string) => Promise<void>;
  readonly note: (text: string) => void;
}

/** Compiles each source file that changes, and restarts the services that use its package. Returns what ends it; until then the process goes on. */
export function watchSources({ repoRoot, services, restart, note }: WatchOptions): () => void {
  /** The folder of its package, by changed file. */
  const changed = new Map<string, string>();
  const compile = (): void => {
    const files = [...changed];
    changed.clear();
    forgetBuild(repoRoot);
    const problems = files.flatMap(([source, folder]) => compileFile(folder, source));
    if (problems.length > 0) {
      // What was compiled beside it restarts with it, once it is corrected.
      for (const [source, folder] of files) changed.set(source, folder);
      note(`Not compiled; the services go on as they are:\n${problems.join('\n')}`);
      return;
    }
    const names = usersOf(repoRoot, new Set(files.map(([, folder]) => folder)), services);
    note(
      `${describeFiles(
        repoRoot,
        files.map(([source]) => source),
      )}; restarting ${names.join(', ') || 'nothing'}`,
    );
    for (const name of names) void restart(name);
  };
  let timer: NodeJS.Timeout | undefined;
  const folders = builtFolders(repoRoot);
  for (const folder of folders.slice(0, 1)) warmCompiler(folder);
  const sources = folders.map((folder) => join(folder, 'src'));
  // Node's own recursive watching loses a file once another one has been renamed to it, as editors and git save it.
  const watcher = watch(sources, { ignoreInitial: true });
  watcher.on('all', (_event, source) => {
    const folder = folders.find((one) => source.startsWith(join(one, 'src') + sep));
    if (folder === undefined || builtFile(folder, source) === undefined) return;
    changed.set(source, folder);
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        compile();
      } catch (error) {
        note(describeFailure(error));
      }
    }, QUIET_MS);
  });
  watcher.on('error', (error) => note(`A source cannot be watched: ${describeFailure(error)}`));
  watcher.once('ready', () =>
    note(
      'Watching the sources: a change is compiled, and the services that use it start anew. Types: npm run typecheck',
    ),
  );
  return () => {
    clearTimeout(timer);
    void watcher.close();
  };
}

/** What was done with them: a few by their names, more by their number. */
export function describeFiles(repoRoot: string, files: readonly string[]): string {
  const described = [
    [files.filter((file) => existsSync(file)), 'compiled'],
    [files.filter((file) => !existsSync(file)), 'removed'],
  ] as const;
  return described
    .filter(([some]) => some.length > 0)
    .map(([some, done]) => `${named(repoRoot, some)} ${done}`)
    .join(', ');
}

function named(repoRoot: string, files: readonly string[]): string {
  if (files.length > NAMED_FILES) return `${files.length} files`;
  return files.map((file) => relative(repoRoot, file)).join(', ');
}

/** The services whose program has code of one of these packages. */
export function usersOf(repoRoot: string, folders: ReadonlySet<string>, services: readonly string[]): string[] {
  const manifests = new Map(builtFolders(repoRoot).map((folder) => [folder, manifestOf(folder)]));
  const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));
  const uses = (folder: string): boolean =>
    folders.has(folder) ||
    Object.keys(manifests.get(folder)?.dependencies ?? {}).some((name) => {
      const dependency = folderOf.get(name);
      return dependency !== undefined && uses(dependency);
    });
  return services.filter((name) => uses(join(repoRoot, 'apps', name)));
}

/** Those that are built in the way of all services; an SDK is built for its users, in several forms. */
export function builtFolders(repoRoot: string): string[] {
  return workspaceFolders(repoRoot)
    .filter((folder) => /^(apps|packages)\//.test(folder))
    .map((folder) => join(repoRoot, folder))
    .filter((folder) => existsSync(join(folder, 'tsconfig.build.json')));
}

function manifestOf(folder: string): { name: string; dependencies?: Record<string, string> } {
  return readJson(join(folder, 'package.json')) as { name: string; dependencies?: Record<string, string> };
}
