import {
  CreateEventSubscription,
  CreateMailbox,
  CreateOrganisation,
  CreateToken,
  DeleteVariable,
  ListVariables,
  ListWorkflowVersions,
  ListWebhooks,
  PatchWorkflow,
  PublishWorkflowDraft,
  PutSecret,
  PutVariable,
  PutWorkflowDraft,
  RevokeToken,
  RotateEventSubscriptionSecret,
  RotateWebhookSecret,
  RotateWebhookUrl,
  UpdateEventSubscription,
  UpdateMailbox,
  UpdateOrganisation,
  UpdateToken,
  UpdateWorkflow,
  CreateJob,
  CancelJob,
} from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import { askUnderKeys, aWrite, DOCUMENT, MAILBOX, SUBSCRIPTION, TOKEN } from './keyed-writes.fixture.js';

const of = askUnderKeys();

/** Changes that make another version or secret, each of something that is made before. */
const CHANGES: Record<string, () => Promise<(write?: KeyedWrite) => Promise<object>>> = {
  'PUT of a workflow': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    return (write) =>
      of.ask(
        UpdateWorkflow,
        { organisation_id: of.organisation_id, workflow_id, patch: { name: 'B' }, if_version: 1 },
        write,
      );
  },
  'PATCH of a workflow': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    return (write) =>
      of.ask(
        PatchWorkflow,
        { organisation_id: of.organisation_id, workflow_id, patch: { name: 'B' }, if_version: 1 },
        write,
      );
  },
  'PUT of a draft': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    const { version } = await of.ask(PutWorkflowDraft, {
      organisation_id: of.organisation_id,
      workflow_id,
      document: DOCUMENT,
    });
    const draft = {
      organisation_id: of.organisation_id,
      workflow_id,
      document: { ...DOCUMENT, name: 'B' },
      if_version: version,
    };
    return (write) => of.ask(PutWorkflowDraft, draft, write);
  },
  'the first PUT of a draft': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    return (write) =>
      of.ask(PutWorkflowDraft, { organisation_id: of.organisation_id, workflow_id, document: DOCUMENT }, write);
  },
  'publishing a draft': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    const document = { ...DOCUMENT, name: 'B' };
    await of.ask(PutWorkflowDraft, { organisation_id: of.organisation_id, workflow_id, document });
    return (write) => of.ask(PublishWorkflowDraft, { organisation_id: of.organisation_id, workflow_id }, write);
  },
  'PUT of a secret': async () => {
    await of.ask(PutSecret, { organisation_id: of.organisation_id, name: 'key', value: 'a' });
    return (write) =>
      of.ask(PutSecret, { organisation_id: of.organisation_id, name: 'key', value: 'b', if_version: 1 }, write);
  },
  'PUT of a variable': async () => (write) =>
    of.ask(PutVariable, { organisation_id: of.organisation_id, name: 'v', value: 1 }, write),
  'PATCH of a mailbox': async () => {
    const { id: mailbox_id } = await of.ask(CreateMailbox, { organisation_id: of.organisation_id, mailbox: MAILBOX });
    return (write) =>
      of.ask(
        UpdateMailbox,
        { organisation_id: of.organisation_id, mailbox_id, patch: { address: 'b@example.com' }, if_version: 1 },
        write,
      );
  },
  'PATCH of a subscription': async () => {
    const { id } = await of.ask(CreateEventSubscription, {
      organisation_id: of.organisation_id,
      subscription: SUBSCRIPTION,
    });
    const asked = {
      organisation_id: of.organisation_id,
      subscription_id: id,
      patch: { description: 'B' },
      if_version: 1,
    };
    return (write) => of.ask(UpdateEventSubscription, asked, write);
  },
  'PATCH of a token': async () => {
    const { id: token_id } = await of.ask(CreateToken, {
      organisation_id: of.organisation_id,
      caller_scopes: ['*'],
      token: TOKEN,
    });
    const asked = {
      organisation_id: of.organisation_id,
      token_id,
      caller_scopes: ['*'],
      patch: { name: 'B' },
      if_version: 1,
    };
    return (write) => of.ask(UpdateToken, asked, write);
  },
  'PATCH of an organisation': async () => {
    const { id } = await of.ask(CreateOrganisation, { organisation: { name: 'Acme' } });
    return (write) => of.ask(UpdateOrganisation, { organisation_id: id, patch: { name: 'B' }, if_version: 1 }, write);
  },
  'another secret of a subscription': async () => {
    const { id } = await of.ask(CreateEventSubscription, {
      organisation_id: of.organisation_id,
      subscription: SUBSCRIPTION,
    });
    return (write) =>
      of.ask(RotateEventSubscriptionSecret, { organisation_id: of.organisation_id, subscription_id: id }, write);
  },
  'another secret of a webhook': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    const webhook_id = await webhookOf(workflow_id);
    return (write) =>
      of.ask(
        RotateWebhookSecret,
        { organisation_id: of.organisation_id, workflow_id, webhook_id, grace_seconds: 60 },
        write,
      );
  },
  'another address of a webhook': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    const webhook_id = await webhookOf(workflow_id);
    return (write) =>
      of.ask(
        RotateWebhookUrl,
        { organisation_id: of.organisation_id, workflow_id, webhook_id, grace_seconds: 60 },
        write,
      );
  },
  'another address of a webhook, at once': async () => {
    const { id: workflow_id } = await of.aWorkflow();
    const webhook_id = await webhookOf(workflow_id);
    return (write) =>
      of.ask(
        RotateWebhookUrl,
        { organisation_id: of.organisation_id, workflow_id, webhook_id, grace_seconds: 0 },
        write,
      );
  },
};

async function webhookOf(workflow_id: string): Promise<string> {
  const { webhooks } = await of.ask(ListWebhooks, { organisation_id: of.organisation_id, workflow_id });
  return webhooks[0]?.id as string;
}

describe('a change that is repeated because its gateway died', () => {
  it.each(Object.entries(CHANGES))('is made once and gets the same answer: %s', async (_what, prepare) => {
    const change = await prepare();
    const write = aWrite();
    const first = await change(write);
    expect(await change({ ...write, again: true })).toEqual(first);
  });

  it('of a workflow makes no second version, nor takes back what others have changed since', async () => {
    const { id: workflow_id } = await of.aWorkflow();
    const write = aWrite();
    const rename = (name: string, by?: KeyedWrite) =>
      of.ask(UpdateWorkflow, { organisation_id: of.organisation_id, workflow_id, patch: { name } }, by);
    await rename('B', write);
    await rename('C');
    expect(await rename('B', { ...write, again: true })).toMatchObject({ name: 'C', version: 3 });
    const { versions } = await of.ask(ListWorkflowVersions, {
      organisation_id: of.organisation_id,
      workflow_id,
      limit: 10,
    });
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it('cancels a job, which is then cancelled for whoever repeats that, and for nobody else', async () => {
    const job = { kind: 'bulk' as const, parameters: {}, items: ['exec_1'] };
    const { id: job_id } = await of.ask(CreateJob, { organisation_id: of.organisation_id, ...job });
    const write = aWrite();
    const cancel = (by?: KeyedWrite) => of.ask(CancelJob, { organisation_id: of.organisation_id, job_id }, by);
    expect(await cancel(write)).toMatchObject({ id: job_id, status: 'cancelled' });
    expect(await cancel({ ...write, again: true })).toMatchObject({ id: job_id, status: 'cancelled' });
    await expect(cancel()).rejects.toMatchObject({ code: 'JOB_FINISHED' });
    await expect(cancel(aWrite())).rejects.toMatchObject({ code: 'JOB_FINISHED' });
  });

  it('remembers the newest writes of a record, and no more of them', async () => {
    for (let n = 0; n < 40; n += 1)
      await of.ask(PutVariable, { organisation_id: of.organisation_id, name: 'v', value: n }, aWrite());
    const record = await of.running.fixture.mongo
      .collection('variables')
      .findOne({ organisation_id: of.organisation_id });
    expect(record?.['writes']).toHaveLength(32);
    expect(
      (await of.ask(ListVariables, { organisation_id: of.organisation_id, limit: 10 })).variables[0],
    ).toMatchObject({ version: 40 });
  });

  it('of what is gone by it says so, which the gateway takes for done', async () => {
    await of.ask(PutVariable, { organisation_id: of.organisation_id, name: 'v', value: 1 });
    const write = aWrite();
    await of.ask(DeleteVariable, { organisation_id: of.organisation_id, name: 'v', if_version: 1 }, write);
    const again = { ...write, again: true };
    const refused = of
      .ask(DeleteVariable, { organisation_id: of.organisation_id, name: 'v', if_version: 1 }, again)
      .then(
        () => 'done',
        (error: { entry: { status: number } }) => error.entry.status,
      );
    expect(['done', 404]).toContain(await refused);
    const { id: token_id } = await of.ask(CreateToken, {
      organisation_id: of.organisation_id,
      caller_scopes: ['*'],
      token: TOKEN,
    });
    await of.ask(RevokeToken, { organisation_id: of.organisation_id, token_id }, write);
    await expect(of.ask(RevokeToken, { organisation_id: of.organisation_id, token_id }, again)).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    });
  });
});
