import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * All that a thread runs, as it was when this was read: files that are replaced under an executor make no thread of another release. A
 * thread reads no file.
 */
export interface CodeEngine {
  /** The program of the thread. */
  readonly worker: URL;
  /** Texts of the CommonJS modules of the engine, by the names that the program and they themselves use. */
  readonly modules: Readonly<Record<string, string>>;
  readonly wasm: Uint8Array;
}

const WORKER = new URL('../../worker/run-code.mjs', import.meta.url);

/** Reads the engine from its files; `file`: the program. */
export function readCodeEngine(file = WORKER): CodeEngine {
  const require = createRequire(import.meta.url);
  const core = require.resolve('quickjs-emscripten-core');
  // A package of theirs, which is to be found from there only.
  const types = createRequire(core).resolve('@jitl/quickjs-ffi-types');
  const text = (path: string | URL): string => readFileSync(path, 'utf8');
  return {
    // Another release of the program may speak otherwise with this process.
    worker: new URL(`data:text/javascript,${encodeURIComponent(text(file))}`),
    modules: {
      core: text(core),
      '@jitl/quickjs-ffi-types': text(types),
      ffi: text(require.resolve('@jitl/quickjs-wasmfile-release-sync/ffi')),
      loader: text(require.resolve('@jitl/quickjs-wasmfile-release-sync/emscripten-module')),
    },
    wasm: readFileSync(require.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')),
  };
}
