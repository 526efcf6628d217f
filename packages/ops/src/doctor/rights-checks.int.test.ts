import { natsUsers } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { checkNatsRights } from './rights-checks.js';

const LACKING = ['history.>', 'scheduler.>'];

let nats: OwnServer;
beforeAll(async () => {
  const users = natsUsers().map(({ user, permissions: { publish, subscribe } }) => {
    const kept = publish.allow.filter((right) => user !== 'gateway' || !LACKING.includes(right));
    return { user, password: `${user}-password`, permissions: { publish: { allow: kept }, subscribe } };
  });
  nats = await startNats({ users });
});
afterAll(() => nats.stop());

test('a service that may not do what it has to is found, with what it lacks; one that is not known too', async () => {
  const urlOf = (user: string, password = `${user}-password`) => nats.url.replace('://', `://${user}:${password}@`);
  const natsUrls = { history: urlOf('history'), gateway: urlOf('gateway'), scheduler: urlOf('scheduler', 'wrong') };
  const found = await checkNatsRights({ natsUrls });
  expect(found.map(({ check, status }) => [check, status])).toEqual([
    ['nats rights of history', 'ok'],
    ['nats rights of gateway', 'failed'],
    ['nats rights of scheduler', 'failed'],
  ]);
  for (const right of LACKING) expect(found[1]?.found).toContain(right);
});
