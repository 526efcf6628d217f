import { watch } from 'node:fs';
import { join } from 'node:path';
import { describeFailure } from '../failure.mjs';
import { readJson } from '../json-file.mjs';
import { workspaceFolders } from '../setup/fingerprint.mjs';
import { forgetBuild } from '../setup/workspace.mjs';

/** Editors write a file in several steps, and save several files at once: one restart for all of it. */
const QUIET_MS = 60;

/**
 * @typedef {object} WatchOptions
 * @property {string} repoRoot
 * @property {readonly string[]} services
 * @property {(service: string) => Promise<void>} restart
 * @property {(text: string) => void} note
 */

/**
 * Compiles each source file that changes, and restarts the services that use its package. For as long as the process runs.
 *
 * @param {WatchOptions} options
 */
export async function watchSources({ repoRoot, services, restart, note }) {
  // Loaded late: at the beginning of a start the compiler may not be installed yet.
  const { builtFile, compileFile } = await import('./compile-file.mjs');
  /** @type {Map<string, string>} the folder of its package, by changed file */
  const changed = new Map();
  const compile = () => {
    const files = [...changed];
    changed.clear();
    forgetBuild(repoRoot);
    const problems = files.flatMap(([source, folder]) => compileFile(folder, source));
    if (problems.length > 0) {
      note(`Not compiled; the services go on as they are:\n${problems.join('\n')}`);
      return;
    }
    const names = usersOf(repoRoot, new Set(files.map(([, folder]) => folder)), services);
    note(`${files.length} file(s) compiled; restarting ${names.join(', ') || 'nothing'}`);
    for (const name of names) void restart(name);
  };
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  for (const folder of builtFolders(repoRoot)) {
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
    });
  }
  note('Watching the sources: a change is compiled, and the services that use it start anew. Types: pnpm typecheck');
}

/**
 * The services whose program has code of one of these packages.
 *
 * @param {string} repoRoot
 * @param {ReadonlySet<string>} folders
 * @param {readonly string[]} services
 * @returns {string[]}
 */
export function usersOf(repoRoot, folders, services) {
  const manifests = new Map(builtFolders(repoRoot).map((folder) => [folder, manifestOf(folder)]));
  const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));
  /** @param {string} folder @returns {boolean} */
  const uses = (folder) =>
    folders.has(folder) ||
    Object.keys(manifests.get(folder)?.dependencies ?? {}).some((name) => {
      const dependency = folderOf.get(name);
      return dependency !== undefined && uses(dependency);
    });
  return services.filter((name) => uses(join(repoRoot, 'apps', name)));
}

/** @param {string} repoRoot @returns {string[]} */
function builtFolders(repoRoot) {
  return workspaceFolders(repoRoot)
    .filter((folder) => /^(apps|packages)\//.test(folder))
    .map((folder) => join(repoRoot, folder));
}

/** @param {string} folder */
function manifestOf(folder) {
  return /** @type {{ name: string, dependencies?: Record<string, string> }} */ (
    readJson(join(folder, 'package.json'))
  );
}
