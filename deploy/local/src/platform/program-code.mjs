import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A static import as the compiler writes it: on a line of its own. A text that looks like one names a file that is not there, or one more to load. */
const IMPORT = /^(?:import|export) (?:[^'"\n]*? from )?'([^'\n]+)';$/gm;

/**
 * A module of this repository.
 *
 * @typedef {object} OwnModule
 * @property {string} url
 * @property {number} changedAt when its file was written last, in milliseconds
 * @property {OwnModule[]} imports those of this repository
 */

/**
 * What a program imports statically, directly or through others, in the order in which it would be evaluated.
 *
 * @typedef {object} ProgramCode
 * @property {string[]} thirdParty the modules of packages of others that code of this repository imports, as URLs
 * @property {OwnModule[]} own those of this repository
 */

/**
 * Finds the code of a built program. Needs `--experimental-import-meta-resolve`: without it Node resolves no name as another file would.
 *
 * @param {string} entry path of its first file
 * @returns {ProgramCode}
 */
export function codeOf(entry) {
  /** @type {Map<string, OwnModule>} */
  const own = new Map();
  /** @type {Set<string>} */
  const thirdParty = new Set();
  /** @type {OwnModule[]} */
  const inOrder = [];
  const visit = (/** @type {string} */ url) => {
    const known = own.get(url);
    if (known) return known;
    const file = fileURLToPath(url);
    const module = /** @type {OwnModule} */ ({ url, changedAt: writtenAt(file), imports: [] });
    own.set(url, module);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const imported = resolved(name, url);
      if (imported === undefined) continue;
      if (imported.includes('/node_modules/')) thirdParty.add(imported);
      else module.imports.push(visit(imported));
    }
    inOrder.push(module);
    return module;
  };
  visit(pathToFileURL(entry).href);
  return { thirdParty: [...thirdParty], own: inOrder };
}

/**
 * The modules that neither are in one of these packages nor import one that is.
 *
 * @param {readonly OwnModule[]} modules
 * @param {readonly string[]} packages as {@link packageOf} names them
 * @returns {OwnModule[]}
 */
export function apartFrom(modules, packages) {
  /** @type {Map<OwnModule, boolean>} */
  const apart = new Map();
  const isApart = (/** @type {OwnModule} */ module) => {
    const known = apart.get(module);
    if (known !== undefined) return known;
    // What is asked for again meanwhile imports itself through others: the others decide.
    apart.set(module, true);
    const is = !packages.includes(packageOf(module.url)) && module.imports.every(isApart);
    apart.set(module, is);
    return is;
  };
  return modules.filter(isApart);
}

/**
 * @param {string} url of a built file
 * @returns {string} the folder of its package, as URL
 */
export function packageOf(url) {
  return url.slice(0, url.lastIndexOf('/dist/'));
}

/**
 * @param {string} file
 * @returns {number} when it was written last, in milliseconds; 0 when it is not there
 */
export function writtenAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {string} name as it is imported
 * @param {string} parent URL of the file that imports it
 * @returns {string | undefined} URL of a file that is there
 */
function resolved(name, parent) {
  try {
    const url = import.meta.resolve(name, parent);
    return url.startsWith('file:') && writtenAt(fileURLToPath(url)) > 0 ? url : undefined;
  } catch {
    return undefined;
  }
}
