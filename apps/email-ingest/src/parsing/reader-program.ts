import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A CommonJS module as it was when it was read. */
export interface ProgramModule {
  readonly text: string;
  /** Names of the modules that it requires, by what it calls them; those of Node.js are not among them. */
  readonly requires: Readonly<Record<string, string>>;
}

/**
 * All that the thread runs which reads messages, as it was when this was read: files that are replaced under the service make no thread of
 * another release, nor one that does not start. A thread reads no file.
 */
export interface ReaderProgram {
  /** The program of the thread. */
  readonly worker: URL;
  /** By their names: a library has the name that the program uses, any other module its path. */
  readonly modules: Readonly<Record<string, ProgramModule>>;
}

const WORKER = new URL('../../worker/read-message.mjs', import.meta.url);
/** Libraries that the program uses. */
const LIBRARIES = ['html-to-text', 'mailparser'];
const REQUIRED = /\brequire\((?:'([^'\n]+)'|"([^"\n]+)")\)/g;

/** Reads the program, and whatever its libraries require, from the files; `file`: the program. */
export function readReaderProgram(file = WORKER): ReaderProgram {
  const modules = new Map<string, ProgramModule>();
  const from = createRequire(import.meta.url);
  const unread = LIBRARIES.map((name) => ({ name, path: from.resolve(name) }));
  for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
    const { name, path } = next;
    if (modules.has(name)) continue;
    const text = readFileSync(path, 'utf8');
    const requires = path.endsWith('.json') ? {} : requiredBy(path, text);
    modules.set(name, { text, requires });
    unread.push(...Object.values(requires).map((required) => ({ name: required, path: required })));
  }
  // Another release of the program may speak otherwise with this process.
  const program = `data:text/javascript,${encodeURIComponent(readFileSync(fileURLToPath(file), 'utf8'))}`;
  return { worker: new URL(program), modules: Object.fromEntries(modules) };
}

/** The paths of what a module requires, by the names it uses. What it can do without, and is not installed, is not there. */
function requiredBy(path: string, text: string): Record<string, string> {
  const { resolve } = createRequire(path);
  const found: [string, string][] = [];
  for (const [, single, double] of text.matchAll(REQUIRED)) {
    const name = single ?? double ?? '';
    if (builtinModules.includes(name.replace(/^node:/, ''))) continue;
    try {
      const required = resolve(name);
      if (isAbsolute(required)) found.push([name, required]);
    } catch {
      // The thread says so, should it be needed.
    }
  }
  return Object.fromEntries(found);
}
