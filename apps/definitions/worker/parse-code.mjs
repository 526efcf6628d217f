// Runs in a thread of its own; see ../src/workflows/code-syntax.ts. Plain JavaScript, so that it starts from source and from a build alike.
import { parentPort } from 'node:worker_threads';
import { parse } from 'acorn';

/** As a `code` step runs it: the body of an asynchronous function. */
const OPTIONS = /** @type {import('acorn').Options} */ ({
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowHashBang: false,
});

/** Characters of a message, which may repeat a part of the source. */
const LONGEST_MESSAGE = 200;

// The parser makes those that it needs itself when it is first used.
parse('/a/u', OPTIONS);
/**
 * The parser also has the engine compile each regular expression that it has found to be right, in one go that nothing interrupts, and does without
 * where that fails.
 */
globalThis.RegExp = /** @type {RegExpConstructor} */ (
  /** @type {unknown} */ (
    function RegExp() {
      throw new Error('Nothing is compiled here');
    }
  )
);

parentPort?.on('message', (/** @type {string} */ source) => parentPort?.postMessage(problemOf(source)));
parentPort?.postMessage('ready');

/** Null when it parses, or when it nests too deeply to say. @param {string} source */
function problemOf(source) {
  try {
    parse(source, OPTIONS);
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError) || !('loc' in error) || !('pos' in error)) return null;
    const { line, column } = /** @type {import('acorn').Position} */ (error.loc);
    // `new.target` is undefined in the function that the source is the body of; how deep is too deep, the engine says.
    if (/^(?:'new\.target' can only|Not enough stack space)/.test(error.message)) return null;
    const message = error.message.slice(0, error.message.lastIndexOf(' (')).slice(0, LONGEST_MESSAGE);
    return { message, offset: Number(error.pos), line, column: column + 1 };
  }
}
