// Runs in a thread of its own, from a text that was read when the executor started: it reads no file. See ../src/code/code-engine.ts.
import { builtinModules, createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {import('quickjs-emscripten-core').QuickJSContext} Context */
/** @typedef {import('quickjs-emscripten-core').QuickJSHandle} Handle */
/** @typedef {{ source: string, input: string, mark: string }} Asked */

/** @typedef {{ bounds: import('../src/code/code-limits.js').CodeBounds, modules: Readonly<Record<string, string>>, wasm: Uint8Array<ArrayBuffer> }} Given */

/** @type {unknown} */
const given = workerData;
const { bounds, modules, wasm } = /** @type {Given} */ (given);
const { memoryBytes, stackBytes, runMs, outputBytes, logLines, logCharacters, messageCharacters } = bounds;
const PAGE_BYTES = 65_536;
/** What QuickJS begins with, as it was compiled. */
const FIRST_PAGES = 256;

/** @type {Map<string, { exports: unknown }>} */
const LOADED = new Map();
const builtin = createRequire(process.execPath);
const compiled = new WebAssembly.Module(wasm);
const core = /** @type {typeof import('quickjs-emscripten-core')} */ (loaded('core'));
const ffi = /** @type {typeof import('@jitl/quickjs-wasmfile-release-sync/ffi')} */ (loaded('ffi'));
const loader =
  /** @type {import('quickjs-emscripten-core').EmscriptenModuleLoader<import('quickjs-emscripten-core').QuickJSEmscriptenModule>} */ (
    loaded('loader')
  );
/** @type {import('quickjs-emscripten-core').QuickJSSyncVariant} */
const variant = {
  type: 'sync',
  importFFI: () => Promise.resolve(ffi.QuickJSFFI),
  importModuleLoader: () => Promise.resolve(loader),
};

/** What one of the modules exports; each is run once. @param {string} name */
function loaded(name) {
  const known = LOADED.get(name);
  if (known !== undefined) return known.exports;
  const text = modules[name];
  if (text === undefined) throw new Error(`The engine has no module ${name}.`);
  const module = { exports: {} };
  LOADED.set(name, module);
  const run = /** @type {(...values: unknown[]) => void} */ (
    compileFunction(text, ['module', 'exports', 'require', '__filename', '__dirname'], { filename: `${name}.cjs` })
  );
  run(module, module.exports, required, `/${name}.cjs`, '/');
  return module.exports;
}

/** @param {string} name @returns {unknown} */
function required(name) {
  return builtinModules.includes(name.replace(/^node:/, '')) ? builtin(name) : loaded(name);
}

/** The rest of what a console has: by `say`, a line of values, and `indent`, what it begins with. */
const CONSOLE = `
  const counts = new Map();
  const timers = new Map();
  const group = (...titles) => { if (titles.length > 0) say(...titles); indent += '  '; };
  const elapsed = (name, more) => timers.has(name)
    ? say(name + ': ' + (Date.now() - timers.get(name)) + ' ms', ...more)
    : say("There is no timer '" + name + "'");
  const cellsOf = (row) => typeof row === 'object' && row !== null ? Object.entries(row) : [['value', row]];
  const table = (rows) => {
    if (typeof rows !== 'object' || rows === null) return say(rows);
    const lines = Object.entries(rows).map(([index, row]) => [index, new Map(cellsOf(row))]);
    const columns = [...new Set(lines.flatMap(([, cells]) => [...cells.keys()]))];
    say(['(index)', ...columns].join(' | '));
    for (const [index, cells] of lines)
      say([index, ...columns.map((name) => cells.has(name) ? readable(cells.get(name)) : '')].join(' | '));
  };
  globalThis.console = {
    log: say, info: say, warn: say, error: say, debug: say, dirxml: say, table,
    dir: (value) => say(value),
    trace: (...values) => say('Trace:', ...values),
    assert: (holds, ...values) => { if (!holds) say('Assertion failed' + (values.length > 0 ? ':' : ''), ...values); },
    group, groupCollapsed: group,
    groupEnd: () => { indent = beginningOf(indent, 2); },
    count: (name = 'default') => { counts.set(text(name), (counts.get(text(name)) ?? 0) + 1); say(text(name) + ': ' + counts.get(text(name))); },
    countReset: (name = 'default') => void counts.delete(text(name)),
    time: (name = 'default') => void timers.set(text(name), Date.now()),
    timeLog: (name = 'default', ...more) => elapsed(text(name), more),
    timeEnd: (name = 'default') => { elapsed(text(name), []); timers.delete(text(name)); },
    clear: () => {},
  };`;

/**
 * The only code beside the user's in there. It makes data of the input, a function of the source, and a text of what that returns. Texts that begin with
 * the mark are numbers that no double holds.
 */
const PRELUDE = `(function (source, json, mark, log, longest) {
  'use strict';
  const { parse, stringify } = JSON;
  const text = String;
  const beginningOf = Function.prototype.call.bind(String.prototype.slice);
  class ExactNumber {
    #text;
    constructor(digits) { this.#text = digits; }
    toString() { return this.#text; }
    valueOf() { return Number(this.#text); }
    toJSON() { return mark + this.#text; }
  }
  const readable = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return text(value);
    if (value instanceof Error) return text(value.stack ? value + '\\n' + value.stack : value);
    try {
      return stringify(value, (_, item) => (item instanceof ExactNumber ? text(item) : typeof item === 'bigint' ? text(item) : item)) ?? text(value);
    } catch {
      return text(value);
    }
  };
  let indent = '';
  const write = (line) => void log(line.length > longest ? beginningOf(line, 0, longest) + '…' : line);
  const say = (...values) => write(indent + values.map(readable).join(' '));
  ${CONSOLE}
  const input = json === undefined
    ? undefined
    : json.includes(mark)
      ? parse(json, (_, value) => (typeof value === 'string' && value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value))
      : parse(json);
  const AsyncFunction = (async () => undefined).constructor;
  const data = (value) => stringify(value, (_, item) => (typeof item === 'bigint' ? mark + item : item)) ?? 'null';
  return new AsyncFunction('input', source)(input).then(data);
})`;

parentPort?.on('message', async (/** @type {Asked} */ asked) => {
  parentPort?.postMessage(await run(asked));
});

parentPort?.postMessage('ready');

/** @param {Asked} asked */
async function run(asked) {
  const log = new Log();
  try {
    // A memory of its own, which nothing that ran before has touched and which cannot grow beyond the bound.
    const wasmMemory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: Math.ceil(memoryBytes / PAGE_BYTES) });
    const quickJs = await core.newQuickJSWASMModuleFromVariant(
      core.newVariant(variant, { wasmModule: compiled, wasmMemory }),
    );
    // The other side counts the time from here too.
    parentPort?.postMessage('begins');
    const runtime = quickJs.newRuntime();
    runtime.setMaxStackSize(stackBytes);
    const isLate = core.shouldInterruptAfterDeadline(Date.now() + runMs);
    let isInterrupted = false;
    runtime.setInterruptHandler(() => (isInterrupted = isLate(runtime) === true));
    // Nothing is disposed of: the instance goes as a whole, whatever state it is in.
    const outcome = outcomeIn(runtime.newContext(), asked, log);
    // What is interrupted in a promise is a rejection to the code, and a getter that is has no value.
    return { ...(isInterrupted ? { failure: 'time', message: '' } : outcome), log: log.lines() };
  } catch (error) {
    // What breaks the engine itself: mostly that there is no memory left even to say so.
    return { failure: 'memory', message: cut(String(error)), log: log.lines() };
  }
}

/** @param {Context} context @param {Asked} asked @param {Log} log */
function outcomeIn(context, { source, input, mark }, log) {
  const main = context.evalCode(PRELUDE, 'millrace.js');
  if (main.error) return failureOf(context, main.error);
  const json = input === undefined ? context.undefined : context.newString(input);
  const longest = context.newNumber(logCharacters);
  const args = [context.newString(source), json, context.newString(mark), logger(context, log), longest];
  const called = context.callFunction(main.value, context.undefined, ...args);
  if (called.error) return failureOf(context, called.error);
  for (;;) {
    const done = context.runtime.executePendingJobs(100);
    if (done.error) return failureOf(context, done.error);
    if (done.value === 0) break;
  }
  const state = context.getPromiseState(called.value);
  if (state.type === 'rejected') return failureOf(context, state.error);
  if (state.type === 'pending') return { failure: 'pending', message: '' };
  // Code may have put something else in the place of what the prelude uses.
  if (context.typeof(state.value) !== 'string') return { json: 'null' };
  const length = context.getNumber(context.getProp(state.value, 'length'));
  if (length > outputBytes) return { failure: 'output', message: '' };
  return { json: context.getString(state.value) };
}

/** Characters that are kept free for a last line which says how many are missing. */
const NOTICE = 64;

/** The beginning of what code writes to its console. */
class Log {
  /** @type {string[]} */
  #lines = [];
  #left = logCharacters - NOTICE;
  #missing = 0;

  /** What may be taken of a line. */
  get room() {
    return this.#lines.length < logLines ? this.#left : 0;
  }

  /** @param {string} line */
  add(line) {
    const text = line.length > this.#left ? `${line.slice(0, Math.max(0, this.#left - 1))}…` : line;
    this.#left -= Math.max(1, text.length);
    this.#lines.push(text);
  }

  miss() {
    this.#missing += 1;
  }

  lines() {
    if (this.#missing === 0) return this.#lines;
    const kept = this.#lines.slice(0, logLines - 1);
    const missing = this.#missing + this.#lines.length - kept.length;
    return [...kept, `… (${missing} more ${missing === 1 ? 'line is' : 'lines are'} missing)`];
  }
}

/** Takes lines as long as there is room for them. @param {Context} context @param {Log} log */
function logger(context, log) {
  return context.newFunction('log', (line) => {
    if (context.typeof(line) !== 'string') return;
    if (log.room <= 0) return log.miss();
    const length = context.getNumber(context.getProp(line, 'length'));
    // The prelude has cut it, if code has left that as it was.
    log.add(length > logCharacters + 1 ? '… (a line that is too long)' : context.getString(line));
  });
}

/** What was thrown may be anything, and reading it may run code: texts alone are looked at. @param {Context} context @param {Handle} thrown */
function failureOf(context, thrown) {
  const name = textAt(context, thrown, 'name');
  const message =
    textAt(context, thrown, 'message') ?? (context.typeof(thrown) === 'string' ? shortText(context, thrown) : '');
  if (name === 'InternalError' && message === 'interrupted') return { failure: 'time', message: '' };
  if (name === 'InternalError' && message === 'out of memory') return { failure: 'memory', message: '' };
  const stack = textAt(context, thrown, 'stack') ?? '';
  return { failure: 'thrown', name: cut(name ?? 'Error'), message: cut(message), line: lineIn(stack) };
}

/** @param {Context} context @param {Handle} object @param {string} name */
function textAt(context, object, name) {
  if (context.typeof(object) !== 'object') return undefined;
  const value = context.getProp(object, name);
  return context.typeof(value) === 'string' ? shortText(context, value) : undefined;
}

/** @param {Context} context @param {Handle} value */
function shortText(context, value) {
  const length = context.getNumber(context.getProp(value, 'length'));
  return length > 64 * messageCharacters ? '(a very long text)' : context.getString(value);
}

/** @param {string} text */
function cut(text) {
  return text.length > messageCharacters ? `${text.slice(0, messageCharacters)}…` : text;
}

/** The line of the source, from 1: the engine counts two before it. @param {string} stack */
function lineIn(stack) {
  const line = /<input>:(\d{1,6})/.exec(stack)?.[1];
  return line === undefined ? null : Math.max(1, Number(line) - 2);
}
