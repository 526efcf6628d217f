import { natsUsers } from './permissions.js';
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

test('no service may delete a stream but the one that lets journals go, or purge one that is not made of objects', () => {
  for (const { user } of natsUsers()) {
    const rights = allowed(user);
    const broad = rights.filter((subject) => /^(>|\*|\$JS\.(>|API\.(>|STREAM\.(>|\*|DELETE))))/.test(subject));
    const drained = LARGEST_TOPOLOGY.streams.flatMap(({ name }) =>
      user === 'history' && name.startsWith('JOURNAL_') ? [`$JS.API.STREAM.DELETE.${name}`] : [],
    );
    expect(broad).toEqual(drained);
    const purged = rights.filter((subject) => subject.includes('.PURGE.') && !subject.includes('.OBJ_'));
    expect(purged).toEqual([]);
  }
});
