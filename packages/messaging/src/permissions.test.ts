import { natsUsers } from './permissions.js';
import { HEARERS, SENDERS, USERS } from '../test/expected-rights.fixture.js';
import { STREAM_RIGHTS } from '../test/stream-rights.fixture.js';
import { subjectCovers } from '../test/subject-covers.fixture.js';
import { LARGEST_TOPOLOGY } from './topology.js';

const allowed = (user: string) => natsUsers().find((each) => each.user === user)?.permissions.publish.allow ?? [];

test('each stream is created by exactly one service', () => {
  const creators = LARGEST_TOPOLOGY.streams.map(({ name }) => [
    name,
    natsUsers().filter(({ user }) => allowed(user).includes(`$JS.API.STREAM.CREATE.${name}`)).length,
  ]);
  expect(creators).toEqual(LARGEST_TOPOLOGY.streams.map(({ name }) => [name, 1]));
});

test('each consumer belongs to a service that may pull from it, and to no other', () => {
  for (const { stream, name, group } of LARGEST_TOPOLOGY.consumers) {
    const pull = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    expect(
      natsUsers()
        .filter(({ user }) => allowed(user).includes(pull))
        .map(({ user }) => user),
    ).toEqual([group]);
  }
});

test('no service may delete a stream but the one that lets journals go, or purge one that is made of neither objects nor slots; that one may purge journals', () => {
  for (const { user } of natsUsers()) {
    const rights = allowed(user);
    const broad = rights.filter((subject) => /^(>|\*|\$JS\.(>|API\.(>|STREAM\.(>|\*|DELETE))))/.test(subject));
    const journals = LARGEST_TOPOLOGY.streams.flatMap(({ name }) =>
      user === 'history' && name.startsWith('JOURNAL_') ? [name] : [],
    );
    expect(broad).toEqual(journals.map((name) => `$JS.API.STREAM.DELETE.${name}`));
    const purged = rights.filter((subject) => subject.includes('.PURGE.') && !subject.includes('.OBJ_'));
    // A record of slots goes when nobody needs it; there may be one for every value of a key.
    const slots = user === 'executor' ? ['$JS.API.STREAM.PURGE.KV_slots'] : [];
    expect(purged).toEqual([...slots, ...journals.map((name) => `$JS.API.STREAM.PURGE.${name}`)]);
  }
});

test('whoever takes messages may make dead letters of them', () => {
  for (const { group } of LARGEST_TOPOLOGY.consumers)
    expect([group, allowed(group).includes('dlq.>')]).toEqual([group, true]);
});

test.each(SENDERS)('%s may be sent by %j and nobody else', (subject, users) => {
  expect(USERS.filter((user) => allowed(user).some((right) => subjectCovers(right, subject)))).toEqual(
    USERS.filter((user) => users.includes(user)),
  );
});

test('the ends of executions are announced to the gateway and the scheduler, who wait for them', () => {
  const heard = natsUsers().filter(({ permissions }) =>
    permissions.subscribe.allow.some((right) => subjectCovers(right, 'events.org_1.execution_finished')),
  );
  expect(heard.map(({ user }) => user)).toEqual(['gateway', 'scheduler']);
});

test('each right is one that is tried', () => {
  const tried = new Set([...SENDERS, ...STREAM_RIGHTS].map(([subject]) => subject));
  const rights = [...new Set(USERS.flatMap((user) => allowed(user)))];
  expect(
    rights.filter((right) => !tried.has(right) && ![...tried].some((subject) => subjectCovers(right, subject))),
  ).toEqual([]);
});

test('what may be done to streams and consumers is what the table of access says', () => {
  for (const user of USERS) {
    const [exact, broad] = [new Set(allowed(user)), allowed(user).filter((right) => /[*>]/.test(right))];
    const may = (subject: string) => exact.has(subject) || broad.some((right) => subjectCovers(right, subject));
    const found = STREAM_RIGHTS.flatMap(([subject]) => (may(subject) ? [subject] : []));
    expect([user, found]).toEqual([user, STREAM_RIGHTS.flatMap(([subject, users]) => (users.includes(user) ? [subject] : []))]); // prettier-ignore
  }
});

const heard = (user: string) => natsUsers().find((each) => each.user === user)?.permissions.subscribe.allow ?? [];

test.each(HEARERS)('%s may be heard by %j and nobody else', (subject, users) => {
  expect(USERS.filter((user) => heard(user).some((right) => subjectCovers(right, subject)))).toEqual(
    USERS.filter((user) => users.includes(user)),
  );
});

test('everything that anybody may hear is in the table above', () => {
  const rights = USERS.flatMap((user) => heard(user));
  expect(rights.filter((right) => !HEARERS.some(([subject]) => subjectCovers(right, subject)))).toEqual([]);
});
