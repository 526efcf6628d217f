/**
 * A problem the user can do something about: printed without a stack, with its cure.
 */
export class Failure extends Error {
  /**
   * @param {string} message what is wrong, in one sentence
   * @param {string} [cure] what to do about it; may have several lines
   */
  constructor(message, cure) {
    super(message);
    this.name = 'Failure';
    this.cure = cure;
  }
}

/** Somebody has asked for the end of what failed: nothing is wrong. */
export class StoppedFailure extends Failure {}

/**
 * The text of any error as the terminal shows it: a {@link Failure} with its cure, anything else with its stack.
 *
 * @param {unknown} error
 */
export function describeFailure(error) {
  if (error instanceof Failure) return error.cure ? `${error.message}\n\n${error.cure}` : error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * The exit code of a program that does `work`: 1, and what is wrong on standard error, when it fails.
 *
 * @param {Promise<unknown>} work
 * @returns {Promise<number>}
 */
export async function exitCodeOf(work) {
  try {
    await work;
    return 0;
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return 1;
  }
}
