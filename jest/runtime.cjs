const { createRequire } = require('node:module');
const { compileFunction } = require('node:vm');
const Runtime = require('jest-runtime').default;

/** What was compiled before in this worker, by file: most modules of ours are loaded again for each file of tests. */
const compiled = new Map();
/** Modules of packages, which are loaded once in a worker, by file. */
const shared = new Map();

/**
 * Loads modules in the realm of Jest itself (see `environment.cjs`): those of packages by Node.js, once for all files of tests that a worker runs, and
 * ours for each file anew, with V8's cache of their code.
 */
module.exports = class OneRealmRuntime extends Runtime {
  constructor(...options) {
    super(...options);
    this.executor.compile = (source, filename) => compile(source, filename, this.executor.injectedModuleParameters);
  }

  requireModule(from, moduleName, options, isRequireActual) {
    if (moduleName !== undefined && !options?.isInternalModule && !this._resolution.isCoreModule(moduleName)) {
      const file = this._resolution.resolveCjs(from, moduleName);
      if (/[\\/]node_modules[\\/]/.test(file)) return sharedModule(file);
    }
    return super.requireModule(from, moduleName, options, isRequireActual);
  }

  teardown() {
    super.teardown();
    forgetClasses();
  }
};

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
