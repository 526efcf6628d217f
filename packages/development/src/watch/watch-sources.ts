import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describeFailure } from '@millrace/local/failure';
import { readJson } from '@millrace/local/json-file';
import { forgetBuild, workspaceFolders } from '@millrace/local/workspace';
import { builtFile, compileFile, warmCompiler } from './compile-file.js';

/** Editors write a file in several steps, and save several files at once: one restart for all of it. */
const QUIET_MS = 60;

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
    note(`${files.length} file(s) compiled; restarting ${names.join(', ') || 'nothing'}`);
    for (const name of names) void restart(name);
  };
  let timer: NodeJS.Timeout | undefined;
  const folders = builtFolders(repoRoot);
  for (const folder of folders.slice(0, 1)) warmCompiler(folder);
  const watchers = folders.map((folder) =>
    watch(join(folder, 'src'), { recursive: true }, (_event, name) => {
      if (name === null || builtFile(folder, join(folder, 'src', name)) === undefined) return;
      changed.set(join(folder, 'src', name), folder);
      clearTimeout(timer);
      timer = setTimeout(() => {
        try {
          compile();
        } catch (error) {
          note(describeFailure(error));
        }
      }, QUIET_MS);
    }),
  );
  note('Watching the sources: a change is compiled, and the services that use it start anew. Types: pnpm typecheck');
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
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
