import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { TYPE } from '../value.js';
import { type Helper, helper, number } from './helper.js';

const GROUP = 'Numbers';

/** The caller's next random number; a retry of a step then draws the same ones. */
function draw(evaluation: Evaluation, name: string): number {
  const { random } = evaluation.options;
  if (random === undefined) {
    throw new Fault('E_VALUE', `${name}() has no source of random numbers here`, -1, -1, {
      hint: 'it works in the steps of a running workflow',
    });
  }
  const value = random();
  if (value >= 0 && value < 1) return value;
  throw new Fault('E_VALUE', 'the source of random numbers returned something else than [0, 1)');
}

export const seededHelpers: readonly Helper[] = [
  helper(GROUP, 'random', {
    params: [],
    returns: TYPE.number,
    doc: 'A random number from 0 up to, not including, 1; the same again when the step is retried.',
    examples: [['random() < 1', 'true']],
    needs: 'random',
    run: (evaluation) => draw(evaluation, 'random'),
  }),
  helper(GROUP, 'randomInt', {
    params: [number('least'), number('most')],
    returns: TYPE.number,
    doc: 'A random whole number between two bounds, both possible.',
    examples: [['randomInt(3, 3)', '3']],
    method: false,
    needs: 'random',
    run: (evaluation, least, most) => {
      if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most) || least > most) {
        throw new Fault('E_VALUE', 'randomInt() needs two whole numbers, the smaller first');
      }
      return least + Math.floor(draw(evaluation, 'randomInt') * (most - least + 1));
    },
  }),
  helper(GROUP, 'uuid', {
    params: [],
    returns: TYPE.text,
    doc: 'A random identifier (UUID version 4); the same again when the step is retried, so a good idempotency key.',
    examples: [['uuid().length', '36']],
    needs: 'random',
    run: (evaluation) => {
      evaluation.charge(8);
      const digits = Array.from({ length: 32 }, (_, index) => {
        if (index === 12) return '4';
        const value = Math.floor(draw(evaluation, 'uuid') * 16);
        return (index === 16 ? 8 + (value & 3) : value).toString(16);
      }).join('');
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        digits.slice(12, 16),
        digits.slice(16, 20),
        digits.slice(20),
      ].join('-');
    },
  }),
];
