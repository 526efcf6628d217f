import { randomBytes } from 'node:crypto';
import { isProxy } from 'node:util/types';
import { exceededJsonBound, LIMITS } from '@millrace/contracts';
import { LIMITS as EXPRESSION_LIMITS, toPlain } from '@millrace/expression';
import { ExactNumber, parseJson, TooManyExactNumbersError } from '@millrace/expression/exact';
import { StepFailure } from '../steps/step-failure.js';

/** A number of JSON, and not the name of a member. */
const NUMBER = String.raw`(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)"(?!:)`;

/** What marks the numbers of one run that no double holds: drawn anew for each, so that no text looks like one by accident. */
export function newMark(): string {
  return `number ${randomBytes(16).toString('hex')} `;
}

/** A value as JSON in which numbers that no double holds are marked texts. */
export function markedJson(value: unknown, mark: string): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name: string, item: unknown) {
    // `toJSON` has been asked before.
    const exact = this[name];
    return exact instanceof ExactNumber ? mark + exact.text : item;
  });
}

/** The value of a JSON text that code has written, bounded before it is parsed. Throws StepFailure OUTPUT_TOO_LARGE. */
export function unmarkedValue(json: string, mark: string): unknown {
  const text = json.includes(mark) ? json.replace(new RegExp(`"${mark}${NUMBER}`, 'g'), '$1') : json;
  const bounds = {
    depth: EXPRESSION_LIMITS.dataDepth,
    values: LIMITS.jsonValues,
    names: LIMITS.jsonNames,
    digits: LIMITS.jsonNumberDigits,
  };
  const exceeded = exceededJsonBound(Buffer.from(text, 'utf8'), bounds);
  if (exceeded !== null) {
    const what = {
      depth: 'nests deeper than',
      values: 'has more values (arrays, objects and their entries) than',
      names: 'has more different names than',
      digits: 'has a number of more characters than',
    }[exceeded];
    throw new StepFailure('OUTPUT_TOO_LARGE', `What the code returns ${what} ${bounds[exceeded]}`, {
      details: { [`limit_${exceeded}`]: bounds[exceeded] },
    });
  }
  try {
    // It may hold a key that plain data must not have.
    return toPlain(parseJson(text, LIMITS.jsonExactNumbers), { isProxy });
  } catch (error) {
    if (error instanceof TooManyExactNumbersError)
      throw new StepFailure('OUTPUT_TOO_LARGE', `What the code returns cannot be kept. ${error.message}`, {
        details: { limit_exact_numbers: error.most },
      });
    if (!(error instanceof SyntaxError)) throw error;
    throw new StepFailure('CODE_FAILED', 'What the code returns is no data');
  }
}
