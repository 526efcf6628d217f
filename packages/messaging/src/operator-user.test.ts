import { subjectCovers } from '../test/subject-covers.fixture.js';
import { operatorUser } from './operator-user.js';

const RIGHTS = operatorUser().permissions.publish.allow;

/* Written down a second time: a right that is added to the user has to be added here. */
const KINDS = [
  ...['INFO', 'STREAM.NAMES', 'STREAM.LIST', 'STREAM.INFO', 'CONSUMER.NAMES', 'CONSUMER.LIST', 'CONSUMER.INFO'],
  ...['CONSUMER.DELETE.RUNS', 'STREAM.UPDATE', 'STREAM.SNAPSHOT', 'STREAM.RESTORE'],
].map((kind) => `$JS.API.${kind}`);

test('the operator has rights of these kinds, and no others', () => {
  const known = [...KINDS, '$JS.SNAPSHOT.ACK', '$JS.SNAPSHOT.RESTORE', 'system.roll-call', 'system.drain'];
  expect(RIGHTS.filter((right) => !known.some((kind) => right === kind || right.startsWith(`${kind}.`)))).toEqual([]);
});

test.each([
  ['a message', '$JS.API.STREAM.MSG.DELETE.RUNS'],
  ['all messages of a stream', '$JS.API.STREAM.PURGE.JOURNAL_0'],
  ['a stream', '$JS.API.STREAM.DELETE.RUNS'],
  ['the consumer of a journal', '$JS.API.CONSUMER.DELETE.JOURNAL_0.history'],
  ['what is to wake executions, by a limit', '$JS.API.STREAM.UPDATE.TIMERS'],
])('the operator takes nothing away that is wanted: %s', (_what, subject) => {
  expect(RIGHTS.filter((right) => subjectCovers(right, subject))).toEqual([]);
});
