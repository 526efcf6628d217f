import { AppError } from '@millrace/contracts';
import { refusalMessage } from './refusal-message.js';
import { webhookContent } from './webhook-body.js';

function refusalOf(body: string, contentType: string): AppError {
  try {
    webhookContent({ body: Buffer.from(body), contentType, query: {} });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

test.each([
  ['a secret beside a mistake in JSON', '{"card":4, "cvv": s3cret123}', 'application/json', 'INVALID_JSON'],
  ['an encoding', '{}', 'application/json; charset=s3cret123', 'UNSUPPORTED_MEDIA_TYPE'],
])('%s is quoted to the caller alone', (_, body, contentType, code) => {
  const refusal = refusalOf(body, contentType);
  expect(refusal.code).toBe(code);
  expect(refusal.message).toContain('s3cret123');
  expect(refusalMessage(refusal)).toBe(refusal.entry.message);
});

test('other messages stay what they are, and short', () => {
  expect(refusalMessage(new AppError('UNAUTHORIZED', { message: 'Needs X-Key' }))).toBe('Needs X-Key');
  expect(refusalMessage(new AppError('UNAUTHORIZED', { message: 'x'.repeat(5_000) })).length).toBeLessThan(600);
});
