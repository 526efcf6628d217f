import { startNats, type OwnServer } from '@millrace/testing';
import { missingRights, natsUsers } from '../src/index.js';

/** Users as this release makes them, but for the executor, who is of one before. */
const CONSUMER = natsUsers()
  .find(({ user }) => user === 'executor')
  ?.permissions.publish.allow.find((right) => right.startsWith('$JS.API.CONSUMER.INFO.'));
const LACKING = [CONSUMER, 'history.>', 'executor.>', 'system.roll-call'];

let nats: OwnServer;

beforeAll(async () => {
  const users = natsUsers().map(({ user, permissions: { publish, subscribe } }) => {
    const kept = (rights: readonly string[]) =>
      ['executor', 'gateway'].includes(user) ? rights.filter((right) => !LACKING.includes(right)) : rights;
    const permissions = { publish: { allow: kept(publish.allow) }, subscribe: { allow: kept(subscribe.allow) } };
    return { user, password: `${user}-password`, permissions };
  });
  nats = await startNats({ users });
});
afterAll(() => nats.stop());

const urlOf = (user: string) => nats.url.replace('://', `://${user}:${user}-password@`);

test('a user that may do all that its service has to lacks nothing', async () => {
  for (const service of ['history', 'definitions', 'scheduler', 'webhook-dispatcher', 'email-ingest'])
    expect([service, await missingRights(urlOf(service), service)]).toEqual([service, []]);
});

test('rights of a release before are found to lack: consumers, questions, and what it listens to', async () => {
  expect((await missingRights(urlOf('executor'), 'executor')).sort()).toEqual(
    [CONSUMER, 'executor.>', 'system.roll-call'].sort(),
  );
  expect((await missingRights(urlOf('gateway'), 'gateway')).sort()).toContain('history.>');
});

test('a user that the server does not know, and a service that there is not, are errors', async () => {
  await expect(missingRights(nats.url.replace('://', '://history:wrong@'), 'history')).rejects.toThrow();
  await expect(missingRights(urlOf('history'), 'historian')).rejects.toThrow('There is no service historian');
});
