import { CreateMailbox, CreateWorkflow, DeleteWorkflow, ListTriggers, type StoredTrigger } from '@millrace/contracts';
import { SERVED_TRIGGER_TYPES, triggerDefinitions } from '@millrace/schema';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();

const create = (organisation_id: string, name: string, triggers: object[], more: object = {}) =>
  running.fixture.client.request(CreateWorkflow, {
    organisation_id,
    document: { ...aWorkflow(), name, trigger: undefined, triggers, ...more },
  });

async function all(organisation_id: string, limit: number): Promise<StoredTrigger[]> {
  const found: StoredTrigger[] = [];
  for (let after: string | undefined; ;) {
    const question = { organisation_id, limit, ...(after === undefined ? {} : { starting_after: after }) };
    const { triggers, has_more, next_cursor } = await running.fixture.client.request(ListTriggers, question);
    expect(triggers.length).toBeLessThanOrEqual(limit);
    found.push(...triggers);
    if (!has_more) return found;
    after = next_cursor ?? '';
  }
}

const named = (triggers: readonly StoredTrigger[]) =>
  triggers.map(({ workflow_name, type, index }) => `${workflow_name} ${type} ${index}`);

it('lists every trigger once, whatever the size of the pages, and none of what is deleted or of others', async () => {
  const org = uniqueName('org');
  const schedule = { type: 'schedule', config: { cron: '@daily' } };
  await create(org, 'a', [{ type: 'webhook' }, schedule, { type: 'webhook', config: { method: 'PUT' } }, schedule]);
  const gone = await create(org, 'gone', [schedule]);
  await create(org, 'b', [{ type: 'email', config: { address: 'b@example.com' } }], { status: 'draft' });
  await create(org, 'c', [schedule]);
  await create(uniqueName('org'), 'other', [schedule]);
  await running.fixture.client.request(DeleteWorkflow, { organisation_id: org, workflow_id: gone.id });

  const triggers = await all(org, 100);
  expect(named(triggers)).toEqual([
    ...['a schedule 0', 'a schedule 1', 'a webhook 0', 'a webhook 1'],
    ...['b email 0', 'c schedule 0'],
  ]);
  expect(triggers[3]).toMatchObject({
    workflow_status: 'active',
    webhook: { method: 'PUT', url: expect.stringMatching(/\/v1\/webhooks\/wh_[0-9a-z]{24}$/) as string },
  });
  expect(triggers[4]).toMatchObject({ workflow_status: 'draft', email: { address: 'b@example.com', mailbox_ids: [] } });
  for (const limit of [1, 2, 3, 5]) expect(await all(org, limit)).toEqual(triggers);
});

it.each(SERVED_TRIGGER_TYPES)('lists triggers of every type that is served: %s', async (type) => {
  const org = uniqueName('org');
  await create(org, 'served', [{ type, config: triggerDefinitions[type].example }]);
  expect(named(await all(org, 10))).toEqual([`served ${type} 0`]);
});

it('names the mailboxes that receive mail to an address, those of its domain too', async () => {
  const org = uniqueName('org');
  const mailbox = (address: string) =>
    running.fixture.client.request(CreateMailbox, {
      organisation_id: org,
      mailbox: {
        address,
        imap: { host: 'imap.example.com', user: address, auth: { type: 'password', secret: 'correct-horse' } },
      },
    });
  const [own, domain] = [await mailbox('Orders@example.com'), await mailbox('*@example.com')];
  await mailbox('orders@example.org');
  await create(org, 'mail', [
    { type: 'email', config: { address: 'orders@example.com' } },
    { type: 'email', config: { address: 'sales@example.com' } },
    { type: 'email', config: { address: 'nobody@example.net' } },
  ]);
  const ids = (await all(org, 10)).map(({ email }) => [...(email?.mailbox_ids ?? [])].sort());
  expect(ids).toEqual([[own.id, domain.id].sort(), [domain.id], []]);
});
