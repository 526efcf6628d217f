import { TOKEN_LOOKUP } from '../auth/token.guard.js';
import { LIVE_BOUNDS } from './live-bounds.js';

/** What is promised: so many milliseconds after it is revoked, a token works at no gateway. */
const REVOKED_WITHIN_MS = 5_000;

test('a token that is revoked ends its calls and its streams within five seconds, whatever a gateway has received', () => {
  expect(TOKEN_LOOKUP.maxAgeMs).toBeLessThanOrEqual(REVOKED_WITHIN_MS);
  // A stream is looked at now and then, by what was read of its token some time before.
  expect(LIVE_BOUNDS.tokenCheckMs + TOKEN_LOOKUP.maxAgeMs).toBeLessThanOrEqual(REVOKED_WITHIN_MS);
});
