import { configSchema } from '../config.js';
import { MAIL_LIMITS } from '../limits.js';
import { FIRST_PAUSE_MS } from './pause-after.js';

/** Of a pause, which is longer or shorter by chance. */
const MOST_JITTER = 1.25;

test('with the defaults what came over a line that went dead is read within a minute: at the next look, which fails, and after two pauses', () => {
  const { MILLRACE_MAILBOX_POLL_SECONDS: seconds } = configSchema.shape;
  const pollMs = seconds.parse(undefined) * 1_000;
  const pausesMs = (FIRST_PAUSE_MS + 2 * FIRST_PAUSE_MS) * MOST_JITTER;
  expect(pollMs + MAIL_LIMITS.lookMs + pausesMs).toBeLessThanOrEqual(60_000);
});
