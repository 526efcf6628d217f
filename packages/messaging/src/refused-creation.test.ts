import { PermissionViolationError } from '@nats-io/transport-node';
import { isRefusedCreation } from './refused-creation.js';

const refused = (operation: 'publish' | 'subscription', subject: string) =>
  new PermissionViolationError(`Permissions Violation for ${operation} to "${subject}"`, operation, subject, undefined);

it.each(['$JS.API.STREAM.CREATE.JOURNAL_0', '$JS.API.CONSUMER.CREATE.JOURNAL_1.history.journal.1.>'])(
  'the creation of what another service creates (%s) is refused in order',
  (subject) => {
    expect(isRefusedCreation(refused('publish', subject))).toBe(true);
  },
);

it('nothing else is', () => {
  for (const subject of ['$JS.API.STREAM.DELETE.RUNS', 'history.executions.get', 'x.$JS.API.STREAM.CREATE.RUNS'])
    expect(isRefusedCreation(refused('publish', subject))).toBe(false);
  expect(isRefusedCreation(refused('subscription', '$JS.API.STREAM.CREATE.RUNS'))).toBe(false);
  expect(isRefusedCreation(new Error('no'))).toBe(false);
});
