import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { readCodeEngine, type CodeEngine } from './code-engine.js';
import { CODE_BOUNDS, type CodeBounds } from './code-limits.js';
import { CodeThreads, type AskedCode, type CodeReply } from './code-threads.js';

const threads = new CodeThreads();
const opened: CodeThreads[] = [threads];
const within = (bounds: Partial<CodeBounds>, ...rest: [atOnce?: number, engine?: CodeEngine]): CodeThreads => {
  const own = new CodeThreads({ ...CODE_BOUNDS, ...bounds }, ...rest);
  opened.push(own);
  return own;
};
afterAll(() => Promise.all(opened.map((one) => one.close())));

const never = new AbortController().signal;
const run = (source: string, input?: unknown, on = threads): Promise<CodeReply> =>
  on.run('org_1', () => ({ source, input: JSON.stringify(input), mark: 'number 1 ' }), never);
const SPIN: AskedCode = { source: 'for (;;);', input: undefined, mark: 'm' };
const value = async (source: string, input?: unknown): Promise<unknown> => {
  const reply = await run(source, input);
  return reply.failure === undefined ? (JSON.parse(reply.json) as unknown) : reply;
};

describe('code', () => {
  it('is the body of a function of "input", and what it returns is data', async () => {
    expect(await value('return input.a + 1', { a: 1 })).toBe(2);
    expect(await value('return { a: [1, null, "x"], none: undefined, at: new Date(0) }')).toEqual({
      a: [1, null, 'x'],
      at: '1970-01-01T00:00:00.000Z',
    });
    expect(await value('const n = 1')).toBeNull();
    expect(await value('return typeof input')).toBe('undefined');
  });

  it('may be asynchronous, though there is nothing to wait for', async () => {
    expect(await value('const n = await Promise.resolve(2); return (async () => n * 2)()')).toBe(4);
    expect(await run('await new Promise(() => {})')).toMatchObject({ failure: 'pending' });
  });

  it('says what it threw, and in which line', async () => {
    expect(await run('const a = 1\n\nnull.x')).toMatchObject({ failure: 'thrown', name: 'TypeError', line: 3 });
    expect(await run('throw "just a text"')).toMatchObject({ failure: 'thrown', message: 'just a text' });
    expect(await run('await 1; throw new RangeError("late")')).toMatchObject({ name: 'RangeError', message: 'late' });
    expect(await run('return }')).toMatchObject({ failure: 'thrown', name: 'SyntaxError' });
    const cyclic = await run('const a = {}; a.a = a; return a');
    expect(cyclic).toMatchObject({ failure: 'thrown', name: 'TypeError' });
  });

  it('writes to its console, as much as there is room for', async () => {
    const { log } = await run(
      'console.log("a", 1, { b: [2] }, null, undefined, 3n); console.error(new Error("e").message)',
    );
    expect(log).toEqual(['a 1 {"b":[2]} null undefined 3', 'e']);
    expect((await run('console.log("before"); throw 1')).log).toEqual(['before']);
  });

  it('says how many lines are missing, and keeps the beginning of one that is too long', async () => {
    const writing = (lines: number) => run(`for (let i = 0; i < ${lines}; i++) console.log("line " + i)`);
    expect((await writing(100)).log.at(-1)).toBe('line 99');
    const { log } = await writing(200);
    expect(log).toHaveLength(CODE_BOUNDS.logLines);
    expect(log.slice(-2)).toEqual(['line 98', '… (101 more lines are missing)']);
    const long = await run('console.log("x".repeat(10000)); console.log("y".repeat(10000)); console.log("z")');
    expect(long.log.join('').length).toBeLessThanOrEqual(CODE_BOUNDS.logCharacters);
    expect(long.log.map((line) => line.slice(0, 3))).toEqual(['xxx', 'yyy', '… (']);
    expect(long.log[1]).toMatch(/^y{6000,}…$/);
    expect(long.log[2]).toBe('… (1 more line is missing)');
    const one = await run('console.log("b" + "x".repeat(5_000_000))');
    expect(one.log).toEqual([expect.stringMatching(/^bx{16000,}…$/)]);
    expect((await writing(101)).log.at(-1)).toBe('… (2 more lines are missing)');
  });

  it('has what else a console has', async () => {
    const { log, ...rest } = await run(`
      console.group('outer'); console.group(); console.log('in'); console.groupEnd(); console.groupEnd(); console.groupEnd();
      console.log('out');
      console.table([{ a: 1, b: 'x' }, { a: { c: 2 } }, 3]); console.table('none'); console.dir({ a: 1 }, { depth: 0 });
      console.count(); console.count(); console.countReset(); console.count(); console.count('n');
      console.assert(true, 'not said'); console.assert(1 > 2, 'said', 1); console.assert(false);
      console.time(); console.timeLog(); console.timeEnd(); console.timeEnd(); console.trace('here'); console.clear();
      console.groupCollapsed('last'); console.warn('end')`);
    expect(rest).toEqual({ json: 'null' });
    expect(log.map((line) => line.replace(/\b\d{1,6} ms/, '… ms'))).toEqual([
      ...['outer', '    in', 'out'],
      ...['(index) | a | b | value', '0 | 1 | x | ', '1 | {"c":2} |  | ', '2 |  |  | 3', 'none', '{"a":1}'],
      ...['default: 1', 'default: 2', 'default: 1', 'n: 1'],
      ...['Assertion failed: said 1', 'Assertion failed'],
      ...['default: … ms', 'default: … ms', "There is no timer 'default'", 'Trace: here'],
      ...['last', '  end'],
    ]);
  });

  it('is not held up by a console whose parts code has replaced', async () => {
    const replaced = 'String.prototype.slice = () => "x".repeat(9e6); Array.prototype.join = () => "y".repeat(9e6);';
    const { log } = await run(`${replaced} console.log("a"); return 1`);
    expect(log).toEqual([expect.stringMatching(/^y+…$/)]);
  });

  it('cannot be changed by what ran before', async () => {
    await run('Object.prototype.left = 1; Array.prototype.map = null; JSON.parse = null; globalThis.x = 1; return 1');
    expect(await value('return [typeof ({}).left, typeof [].map, typeof JSON.parse, typeof x]')).toEqual([
      'undefined',
      'function',
      'function',
      'undefined',
    ]);
  });
});

describe('code that looks for a way out', () => {
  it.each([
    'process',
    'require',
    'module',
    'fetch',
    'XMLHttpRequest',
    'WebAssembly',
    'setTimeout',
    'setImmediate',
    'queueMicrotask',
    'Deno',
    'Buffer',
    'os',
    'std',
    'scriptArgs',
    'print',
  ])('finds no %s', async (name) => {
    expect(await value(`return typeof ${name}`)).toBe('undefined');
    expect(
      await value(`return typeof globalThis.constructor.constructor("return this")()[${JSON.stringify(name)}]`),
    ).toBe('undefined');
  });

  it.each([
    ['return this.constructor.constructor("return process")()', 'ReferenceError'],
    ['return console.log.constructor("return process")()', 'ReferenceError'],
    ['return (await import("fs")).readFileSync("/etc/passwd")', 'ReferenceError'],
    ['return (await import("node:child_process"))', 'ReferenceError'],
    ['return eval("import.meta")', 'SyntaxError'],
    ['return arguments.callee.caller.constructor("return process")()', 'TypeError'],
    ['throw new Proxy({}, { get() { throw new EvalError("trap") } })', 'Error'],
  ])('%s fails', async (source, name) => {
    expect(await run(source)).toMatchObject({ failure: 'thrown', name });
  });

  it.each([
    ['a getter', 'return { get a() { return globalThis } }'],
    ['a proxy', 'return new Proxy({ a: 1 }, { get: (o, k) => k === "toJSON" ? undefined : 7, ownKeys: () => ["a"] })'],
    ['toJSON', 'return { toJSON: () => "[1" }'],
    ['another JSON', 'JSON.stringify = () => "}{"; return 1'],
    ['no promise', 'Promise.prototype.then = () => ({ length: 1, toString: () => "}{" }); return 1'],
    [
      'a lie about its length',
      'Promise.prototype.then = () => Object.assign(() => 1, { toString: () => "x" }); return 1',
    ],
    ['a member __proto__', 'return JSON.parse(\'{"__proto__": {"a": 1}}\')'],
    ['half a character', 'return "\\ud800"'],
  ])('gives a text that is JSON, with %s too', async (_what, source) => {
    const reply = await run(source);
    if (reply.failure === undefined) expect(() => JSON.parse(reply.json) as unknown).not.toThrow();
    expect(await value('return 1')).toBe(1);
  });
});

describe('a bomb', () => {
  const short = within({ runMs: 300 });
  const small = within({ memoryBytes: 20 * 1024 * 1024 });
  /** Of the process' event loop, during a run: with the code in it there would be none until its end. */
  const TURNS = 50;

  it.each([
    'for (;;);',
    'try { for (;;); } catch { for (;;); } finally { for (;;); }',
    'const again = () => Promise.resolve().then(again); await again()',
    'await new Promise((resolve) => { const spin = async () => { for (;;) await null }; spin() })',
    'const spin = async () => { for (;;); }; return spin().catch(() => "went on")',
    'return /(a+)+$/.test("a".repeat(40) + "b")',
    'const a = []; a.length = 4e9; return a.indexOf(1)',
    'return { toJSON() { for (;;); } }',
    'throw { get message() { for (;;); } }',
    'return new Proxy([], { get: (o, k) => (k === "length" ? 4e9 : k === "toJSON" ? undefined : 1) })',
    'console.log({ toJSON() { for (;;); } })',
    'for (;;) console.log("x".repeat(1000))',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a',
  ])('of time is ended for that, with the event loop free meanwhile: %s', async (source) => {
    // So that a thread is there.
    await run('return 1', undefined, short);
    let turns = 0;
    let isRunning = true;
    const running = run(source, undefined, short).finally(() => (isRunning = false));
    for (; isRunning; turns++) await turn();
    expect(await running).toMatchObject({ failure: 'time' });
    expect(turns).toBeGreaterThan(TURNS);
    // The next one has a thread again.
    expect(await run('return 1', undefined, threads)).toMatchObject({ json: '1' });
  });

  it('of time is reported with what the code has written, where the engine can be interrupted', async () => {
    const reply = await run('console.log("so far"); for (;;);', undefined, short);
    expect(reply).toEqual({ failure: 'time', message: '', log: ['so far'] });
  });

  it.each([
    'const a = []; for (;;) a.push(new Uint8Array(1e6))',
    'return new Uint8Array(1e8).length',
    'const a = []; try { for (;;) a.push(new Uint8Array(1e6)) } catch { for (;;) a.push(new Uint8Array(1e5)) }',
  ])('of memory ends: %s', async (source) => {
    expect(await run(source, undefined, small)).toMatchObject({ failure: 'memory' });
    expect(await run('return 1', undefined, small)).toMatchObject({ json: '1' });
  });

  it.each([
    ['return 10n ** 10000000n > 1n', 'RangeError'],
    ['throw { get name() { return "x".repeat(5e7) } }', '(a very long text)'],
  ])('that the engine takes in one go is an error of the code if there is time: %s', async (source, name) => {
    expect(await run(source, undefined, within({ runMs: 60_000 }))).toMatchObject({ failure: 'thrown', name });
  });

  it.each([
    ['function f() { f() } f()', 'InternalError', 'stack overflow'],
    ['const f = () => [f()]; f()', 'InternalError', 'stack overflow'],
    ['return JSON.parse("[".repeat(1e5) + "]".repeat(1e5))', 'SyntaxError', 'stack overflow'],
    ['return new Array(5e9)', 'RangeError', 'invalid array length'],
    ['return "x".padEnd(2 ** 30)', 'RangeError', 'invalid string length'],
  ])('of depth or size is an error of the code: %s', async (source, name, message) => {
    expect(await run(source)).toMatchObject({ failure: 'thrown', name, message });
  });

  it('of output is refused before it leaves', async () => {
    const bounded = within({ outputBytes: 1_000 });
    expect(await run('return "x".repeat(1000)', undefined, bounded)).toMatchObject({ failure: 'output' });
    expect(await run('return "x".repeat(900)', undefined, bounded)).toHaveProperty('json');
  });
});

it('is ended when nobody wants its result any more', async () => {
  const controller = new AbortController();
  const running = threads.run('org_1', () => SPIN, controller.signal);
  controller.abort(new Error('not wanted'));
  await expect(running).rejects.toThrow('not wanted');
  expect(await value('return 1')).toBe(1);
});

it('gives another organisation a turn while one has many running', async () => {
  const shared = within({ runMs: 3_000 });
  const controller = new AbortController();
  const many = Array.from({ length: 5 }, () => shared.run('org_1', () => SPIN, controller.signal).catch(() => 'ended'));
  const other = await shared.run('org_2', () => ({ ...SPIN, source: 'return 2' }), never);
  expect(other).toMatchObject({ json: '2' });
  controller.abort(new Error('enough'));
  await Promise.all(many);
});

it('has nothing made for a run before its turn, nor for one that nobody wants by then', async () => {
  const one = within({}, 1);
  const made: string[] = [];
  const ask = (name: string, asked: AskedCode, signal: AbortSignal): Promise<CodeReply> =>
    one.run('org_1', () => (made.push(name), asked), signal);
  const [spinning, leaving] = [new AbortController(), new AbortController()];
  const first = ask('first', SPIN, spinning.signal).catch(String);
  const second = ask('second', SPIN, leaving.signal).catch(String);
  const third = ask('third', { ...SPIN, source: 'return 1' }, never);
  for (let turns = 0; turns < 5; turns++) await turn();
  expect(made).toEqual(['first']);
  leaving.abort(new Error('left'));
  spinning.abort(new Error('enough'));
  expect([await first, await second]).toEqual(['Error: enough', 'Error: left']);
  expect(await third).toMatchObject({ json: '1' });
  expect(made).toEqual(['first', 'third']);
});

describe('a thread', () => {
  const running = (source: string): CodeEngine => ({
    ...readCodeEngine(),
    worker: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
  });
  const port = 'import { parentPort } from "node:worker_threads"; const say = (what) => parentPort.postMessage(what);';
  const nothingRan = { code: 'SERVICE_UNAVAILABLE', retryable: true };

  it.each([
    ['ends before it is ready', 'process.exit(1)'],
    ['fails before it is ready', 'throw new Error("no memory")'],
  ])('that %s has run nothing, and is not waited for', async (_what, source) => {
    const absent = within({ beginMs: 600_000 }, 2, running(source));
    await expect(run('return 1', undefined, absent)).rejects.toMatchObject(nothingRan);
  });

  it.each([
    ['is not ready in time', `${port} parentPort.on("message", () => undefined)`],
    ['has no instance of the engine in time', `${port} parentPort.on("message", () => undefined); say("ready")`],
  ])('that %s has run nothing', async (_what, source) => {
    const absent = within({ beginMs: 2_000 }, 2, running(source));
    await expect(run('return 1', undefined, absent)).rejects.toMatchObject(nothingRan);
  });

  it('is what it was when the executor started, whatever has become of its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-code-'));
    try {
      const file = join(folder, 'run-code.mjs');
      copyFileSync(join(__dirname, '../../worker/run-code.mjs'), file);
      const own = within({ runMs: 50 }, 1, readCodeEngine(pathToFileURL(file)));
      writeFileSync(file, 'throw new Error("of another release");');
      expect(await run('return 1', undefined, own)).toMatchObject({ json: '1' });
      rmSync(file);
      // What takes too long may cost the thread, and the next one is made without the file too.
      await own.run('org_1', () => SPIN, AbortSignal.timeout(200)).catch(() => undefined);
      expect(await run('return 2', undefined, own)).toMatchObject({ json: '2' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads no file: what is imported by it is in the engine', async () => {
    const { modules, wasm, worker } = readCodeEngine();
    const program = decodeURIComponent(worker.href);
    const imported = [...program.matchAll(/^import .* from '(.*)';$/gm)].map(([, name]) => name);
    expect(imported.filter((name) => !name?.startsWith('node:'))).toEqual([]);
    expect(program).not.toContain('node:fs');
    // Without one of them it says so, instead of looking elsewhere.
    const { '@jitl/quickjs-ffi-types': _types, ...fewer } = modules;
    const lacking = within({}, 1, { modules: fewer, wasm, worker });
    await expect(run('return 1', undefined, lacking)).rejects.toMatchObject(nothingRan);
  });

  it('has nothing of the environment of the executor', async () => {
    const source = `${port} parentPort.on("message", () => say({ json: JSON.stringify(process.env), log: [] })); say("ready")`;
    expect(await run('return 1', undefined, within({}, 1, running(source)))).toMatchObject({ json: '{}' });
  });

  it('has the time of a run from when that begins', async () => {
    const source = `${port} parentPort.on("message", () => setTimeout(() => { say("begins"); say({ json: "1", log: [] }) }, 2_000)); say("ready")`;
    // It begins when what the run may take, with some grace, is over.
    expect(await run('return 1', undefined, within({ runMs: 1 }, 2, running(source)))).toMatchObject({ json: '1' });
  });

  it('takes no run that nobody wants any more when it is ready', async () => {
    const controller = new AbortController();
    const source = `${port} let runs = 0; parentPort.on("message", () => say({ json: String(++runs), log: [] })); say("ready")`;
    const asked = (): AskedCode => (controller.abort(new Error('not wanted')), SPIN);
    const own = within({}, 1, running(source));
    await expect(own.run('org_1', asked, controller.signal)).rejects.toThrow('not wanted');
    expect(await run('return 1', undefined, own)).toMatchObject({ json: '1' });
  });

  it('that is ended with its executor makes no run one of too little memory', async () => {
    const own = within({});
    // There is a thread, which then takes the run at once.
    await run('return 1', undefined, own);
    const ended = new Promise<unknown>((resolve) => {
      const asked = (): AskedCode => (setImmediate(() => void own.close()), SPIN);
      own.run('org_1', asked, never).catch(resolve);
    });
    expect(await ended).toMatchObject(nothingRan);
  });
});
