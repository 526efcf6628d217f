// Measures one engine in a process of its own and prints the figures as JSON: node worker.mjs <engine> <window ms>
import assert from 'node:assert/strict';
import { contexts, EXPRESSIONS, LAMBDA } from './cases.mjs';
import { ENGINES } from './engines.mjs';

const SHAPES = 64;
const WINDOWS = 7;
const [name = 'millrace', windowArgument = '150'] = process.argv.slice(2);
const windowMs = Number(windowArgument);
const load = ENGINES[name];
if (load === undefined) throw new Error(`unknown engine ${name}; one of ${Object.keys(ENGINES).join(', ')}`);
const engine = await load();
const native = /** @type {import('./engines.mjs').Engine} */ (await ENGINES['native']?.());

const plain = contexts(SHAPES);
const wrapped = plain.map((context) => engine.wrap?.(context) ?? context);
/** Keeps results alive, so that no engine's work can be dropped as unused. */
let sink = 0;

/** @param {unknown} value */
const comparable = (value) =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? Number(item) : item)));

/** Every engine must return what native JavaScript returns. @param {string} text @param {string} nativeText */
async function verify(text, nativeText) {
  const run = engine.compile(text);
  const expected = native.compile(nativeText);
  for (const [index, context] of plain.entries()) {
    assert.deepEqual(comparable(await run(wrapped[index])), comparable(expected(context)), `${name}: ${text}`);
  }
}

/**
 * Operations per CPU second of a round, median of windows. `prepare` runs before each round and is not counted.
 * @param {() => number | Promise<number>} round
 * @param {() => void} [prepare]
 */
async function measure(round, prepare) {
  /** @type {number[]} */
  const rates = [];
  for (let window = -2; window < WINDOWS; window++) {
    let operations = 0;
    let spent = 0;
    while (spent < windowMs * 1000) {
      prepare?.();
      const start = process.cpuUsage();
      const done = round();
      operations += typeof done === 'number' ? done : await done;
      const used = process.cpuUsage(start);
      spent += used.user + used.system;
    }
    if (window >= 0) rates.push(operations / (spent / 1e6));
  }
  return rates.sort((a, b) => a - b)[WINDOWS >> 1] ?? 0;
}

/** @param {((context: any) => any)[]} programs @param {number} repeat */
function cachedRound(programs, repeat) {
  if (engine.asynchronous === true) {
    return async () => {
      for (const context of wrapped)
        for (const program of programs) sink += (await program(context)) === undefined ? 1 : 0;
      return programs.length * wrapped.length;
    };
  }
  return () => {
    for (let turn = 0; turn < repeat; turn++) {
      for (let index = 0; index < wrapped.length; index++) {
        const context = wrapped[index];
        for (let at = 0; at < programs.length; at++) sink += programs[at]?.(context) === undefined ? 1 : 0;
      }
    }
    return programs.length * wrapped.length * repeat;
  };
}

/** A text no cache has seen: the number is written in spaces and tabs before it. @param {string} text @param {number} number */
function unseen(text, number) {
  return number.toString(2).replaceAll('0', ' ').replaceAll('1', '\t') + text;
}

/** Compiles and evaluates texts made beforehand, each once. @param {string[]} texts */
async function measureUncached(texts) {
  let number = 1 << 20;
  /** @type {string[]} */
  let batch = [];
  const prepare = () => {
    batch = Array.from({ length: 2000 }, (_, index) => unseen(texts[index % texts.length] ?? '', ++number));
    // A text just joined is a tree of pieces inside V8; looking into it makes it flat before the clock runs.
    for (const text of batch) sink += text.charCodeAt(text.length - 1) === 0 ? 1 : 0;
  };
  const run = (/** @type {number} */ index) => engine.compile(batch[index] ?? '')(wrapped[index % SHAPES]);
  if (engine.asynchronous === true) {
    return measure(async () => {
      for (let index = 0; index < batch.length; index++) sink += (await run(index)) === undefined ? 1 : 0;
      return batch.length;
    }, prepare);
  }
  return measure(() => {
    for (let index = 0; index < batch.length; index++) sink += run(index) === undefined ? 1 : 0;
    return batch.length;
  }, prepare);
}

const texts = EXPRESSIONS.map((expression) => expression[engine.syntax]);
for (const [index, text] of texts.entries()) await verify(text, EXPRESSIONS[index]?.native ?? '');
const lambda = LAMBDA[engine.syntax];
if (lambda !== undefined) await verify(lambda, LAMBDA.native ?? '');

const cached = await measure(
  cachedRound(
    texts.map((text) => engine.compile(text)),
    10,
  ),
);
const lambdaRate = lambda === undefined ? null : await measure(cachedRound([engine.compile(lambda)], 1));
const uncached = name === 'millrace-lookup' ? null : await measureUncached(texts);
process.stdout.write(
  JSON.stringify({ name, title: engine.title, safe: engine.safe, cached, uncached, lambda: lambdaRate, sink }) + '\n',
);
