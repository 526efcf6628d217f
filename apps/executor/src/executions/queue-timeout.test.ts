import { queuedTooLong } from './queue-timeout.js';

it('an execution that has waited for longer than it may is not begun, and says so', () => {
  expect(queuedTooLong({ queueTimeoutMs: 1_000 }, 5_000, 6_000)).toBeNull();
  expect(queuedTooLong({ queueTimeoutMs: null }, 0, 1e12)).toBeNull();
  expect(queuedTooLong({ queueTimeoutMs: 1_000 }, 5_000, 6_001)).toMatchObject({
    code: 'QUEUE_TIMEOUT',
    details: { queue_timeout_ms: 1_000 },
  });
});
