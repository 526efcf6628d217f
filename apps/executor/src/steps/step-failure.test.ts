import { StepFailure } from './step-failure.js';

test('a failure does not grow with the text that it is about', () => {
  const text = 'x'.repeat(1_000_000);
  const failure = new StepFailure('STEP_FAILED', `No: ${text}`, { details: { url: text, status: 5 } }).toFailure('a');
  expect(JSON.stringify(failure).length).toBeLessThan(10_000);
  expect(failure).toMatchObject({ code: 'STEP_FAILED', details: { path: 'a', status: 5 } });
});
