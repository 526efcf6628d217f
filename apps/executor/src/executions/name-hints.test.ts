import { StepFailure } from '../steps/step-failure.js';
import { NameHints } from './name-hints.js';

const failed = (missing_path: unknown): StepFailure =>
  new StepFailure('EXPRESSION_FAILED', 'it is missing', { details: { missing_path, hint: 'use default(…)' } });
const hintOf = (hints: NameHints, path: unknown): unknown => hints.told(failed(path)).details['hint'];

it('a secret or variable that there is not is reported with the one that is meant', () => {
  const hints = new NameHints({ secrets: ['shop_token'], variables: ['region'] });
  expect(hintOf(hints, 'secrets.shop_tokn')).toBe('Did you mean "shop_token"?');
  expect(hintOf(hints, 'variables.Region.name')).toBe('Did you mean "region"?');
  expect(hints.told(failed('secrets.shop_tokn'))).toMatchObject({ code: 'EXPRESSION_FAILED', retryable: false });
});

it.each(['secrets.other', 'variables.shop_token', 'input.regio', 'a.secrets.shop_tokn', '', 7])(
  '%j keeps the hint that it has',
  (path) => {
    const hints = new NameHints({ secrets: ['shop_token'], variables: ['region'] });
    expect(hintOf(hints, path)).toBe('use default(…)');
  },
);

it('looks for no more in one run than it may, and for the same name once', () => {
  const names = Array.from({ length: 1_000 }, (_, at) => `a_rather_long_name_of_a_secret_${at}`);
  const hints = new NameHints({ secrets: ['first', ...names], variables: [] });
  expect(hintOf(hints, 'secrets.firts')).toBe('Did you mean "first"?');
  for (let at = 0; at < 100; at += 1) hintOf(hints, `secrets.a_rather_long_name_of_a_secrt_${at}`);
  expect(hintOf(hints, 'secrets.frist')).toBe('use default(…)');
  expect(hintOf(hints, 'secrets.firts')).toBe('Did you mean "first"?');
});
