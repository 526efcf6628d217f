import { LOGGED_SUBJECT, PublishRefusedError } from './errors.js';
import { NoReplyError } from './reply-mux.js';

const LONG = `runs.1.${'a'.repeat(30_000)}`;
/** What is around a subject in a line. */
const WORDS = 100;

test('errors that are logged quote the beginning of a long subject', () => {
  const refused = new PublishRefusedError(LONG, 10_077, 'no room');
  for (const text of [refused.message, refused.subject, new NoReplyError('timeout', LONG).subject]) {
    expect(text).toContain('runs.1.aaa');
    expect(text.length).toBeLessThan(LOGGED_SUBJECT + WORDS);
  }
});

test('what goes on to callers quotes no subject', () => {
  expect(new NoReplyError('timeout', LONG).message).toBe('no reply: timeout');
});
