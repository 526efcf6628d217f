const { createRequire } = require('node:module');
const path = require('node:path');
const { compileFunction } = require('node:vm');
const Runtime = require('jest-runtime').default;

/** What was compiled before in this worker, by file: most modules of ours are loaded again for each file of tests. */
const compiled = new Map();
/** Modules of packages, which are loaded once in a worker, by file. */
const shared = new Map();

/** Packages of ours that keep nothing but caches, and of which each uses only those before it. */
const WITHOUT_STATE = ['expression', 'schema', 'contracts'].map((name) =>
  path.join(__dirname, '..', 'packages', name, 'src', path.sep),
);
/** Their modules, and where the maps of their sources are, by file. */
const loadedModules = new Map();
const sourceMaps = new Map();

/**
 * Loads modules in the realm of Jest itself (see `environment.cjs`): those of packages by Node.js, once for all files of tests that a worker runs, and
 * ours for each file anew, with V8's cache of their code. What keeps no state is loaded once too, but for its own tests.
 */
module.exports = class OneRealmRuntime extends Runtime {
  static WITHOUT_STATE = WITHOUT_STATE;

  /** Where the modules are that are loaded once. */
  #once;
  /** Those that are being loaded; together they are known once none of them can fail. */
  #loading = new Map();
  #depth = 0;

  constructor(...options) {
    super(...options);
    this.#once = loadedOnce(options[0], options[7]);
    // By this one Jest finds the lines of stacks.
    for (const [file, map] of sourceMaps) this.getSourceMaps().set(file, map);
    this.executor.compile = (source, filename) => compile(source, filename, this.executor.injectedModuleParameters);
  }

  requireModule(from, moduleName, options, isRequireActual) {
    if (moduleName !== undefined && !options?.isInternalModule && !this._resolution.isCoreModule(moduleName)) {
      const file = this._resolution.resolveCjs(from, moduleName);
      if (/[\\/]node_modules[\\/]/.test(file)) return sharedModule(file);
      if (this.#isOnce(file)) {
        return this.#loadOnce(file, () => super.requireModule(from, moduleName, options, isRequireActual));
      }
    }
    return super.requireModule(from, moduleName, options, isRequireActual);
  }

  /** What is there instead of one of them is seen by all others of this file, and by no other file. */
  setMock(from, moduleName, ...rest) {
    if (!this._resolution.isCoreModule(moduleName) && this.#isOnce(this._resolution.resolveCjs(from, moduleName)))
      this.#once = [];
    super.setMock(from, moduleName, ...rest);
  }

  #isOnce(file) {
    return this.#once.some((folder) => file.startsWith(folder));
  }

  #loadOnce(file, load) {
    if (loadedModules.has(file)) return loadedModules.get(file);
    this.#depth++;
    try {
      const loaded = load();
      this.#loading.set(file, loaded);
      if (this.#depth === 1) this.#keepLoaded();
      return loaded;
    } finally {
      if (--this.#depth === 0) this.#loading.clear();
    }
  }

  #keepLoaded() {
    const maps = this.getSourceMaps();
    for (const [file, loaded] of this.#loading) {
      loadedModules.set(file, loaded);
      if (maps.has(file)) sourceMaps.set(file, maps.get(file));
    }
  }

  teardown() {
    super.teardown();
    forgetClasses();
  }
};

/** Where the modules are that the tests of a project do not need anew; all are read again when a file has been edited meanwhile. */
function loadedOnce({ rootDir }, { watch, watchAll }) {
  if (watch || watchAll) return [];
  const own = WITHOUT_STATE.findIndex((folder) => folder.startsWith(rootDir + path.sep));
  return own < 0 ? WITHOUT_STATE : WITHOUT_STATE.slice(0, own);
}

function sharedModule(file) {
  // Required from where it is, so that Node.js doesn't warn of ES modules: packages may require them.
  if (!shared.has(file)) shared.set(file, createRequire(file)(file));
  return shared.get(file);
}

/** The classes of a file of tests, and with them all of its modules, are kept by this package for as long as it is loaded. */
function forgetClasses() {
  const transformer = [...shared.keys()].find((file) => /[\\/]class-transformer[\\/]/.test(file));
  if (transformer === undefined) return;
  createRequire(transformer)('class-transformer/cjs/storage.js').defaultMetadataStorage.clear();
}

function compile(source, filename, parameters) {
  const known = compiled.get(filename);
  const cachedData = known?.source === source ? known.data : undefined;
  const run = compileFunction(source, parameters, {
    filename,
    cachedData,
    produceCachedData: cachedData === undefined,
  });
  if (run.cachedData !== undefined) compiled.set(filename, { source, data: run.cachedData });
  return run;
}
