import {
  CreateEventSubscription,
  CreateJob,
  CreateMailbox,
  CreateOrganisation,
  CreateOrganisationToken,
  CreateToken,
  CreateWorkflow,
  DuplicateWorkflow,
  ENDPOINTS,
  ListTokens,
  newIdDigits,
} from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import { askUnderKeys, aWrite, DOCUMENT, MAILBOX, SUBSCRIPTION, TOKEN } from './keyed-writes.fixture.js';

const of = askUnderKeys();

/** A creation: what is asked, and how many there are of what it makes. */
interface Creation {
  /** Prepares what it needs, and returns how it is asked for. */
  readonly prepare: () => Promise<(write?: KeyedWrite) => Promise<object>>;
  readonly count: () => Promise<number>;
}

/** By the endpoint that asks for it. */
const CREATIONS: Record<string, Creation> = {
  createWorkflow: {
    prepare: async () => (write) =>
      of.ask(CreateWorkflow, { organisation_id: of.organisation_id, document: DOCUMENT }, write),
    count: () => of.countOf('workflows'),
  },
  duplicateWorkflow: {
    prepare: async () => {
      const { id: workflow_id } = await of.aWorkflow();
      return (write) => of.ask(DuplicateWorkflow, { organisation_id: of.organisation_id, workflow_id }, write);
    },
    count: () => of.countOf('workflows'),
  },
  createToken: {
    prepare: async () => (write) =>
      of.ask(CreateToken, { organisation_id: of.organisation_id, caller_scopes: ['*'], token: TOKEN }, write),
    count: () => of.countOf('api_tokens'),
  },
  createOrganisationToken: {
    prepare: async () => {
      of.organisation_id = (await of.ask(CreateOrganisation, { organisation: { name: 'Acme' } })).id;
      return (write) => of.ask(CreateOrganisationToken, { organisation_id: of.organisation_id, token: TOKEN }, write);
    },
    count: () => of.countOf('api_tokens'),
  },
  createOrganisation: {
    prepare: async () => {
      const name = of.organisation_id;
      return (write) => of.ask(CreateOrganisation, { organisation: { name, credits: 5 } }, write);
    },
    count: () => of.running.fixture.mongo.collection('organisations').countDocuments({ name: of.organisation_id }),
  },
  createMailbox: {
    prepare: async () => (write) => {
      // A folder has one mailbox.
      const mailbox = { ...MAILBOX, imap: { ...MAILBOX.imap, user: write?.id ?? 'a' } };
      return of.ask(CreateMailbox, { organisation_id: of.organisation_id, mailbox }, write);
    },
    count: () => of.entriesIn('mailboxes'),
  },
  createEventSubscription: {
    prepare: async () => (write) =>
      of.ask(CreateEventSubscription, { organisation_id: of.organisation_id, subscription: SUBSCRIPTION }, write),
    count: () => of.entriesIn('event_subscriptions'),
  },
  bulkExecutions: {
    prepare: async () => {
      const request_key = newIdDigits();
      const job = { kind: 'bulk' as const, parameters: {}, items: ['exec_1'], request_key };
      return (write) => of.ask(CreateJob, { organisation_id: of.organisation_id, ...job }, write);
    },
    count: () => of.countOf('jobs'),
  },
};

/** Creations that other services carry out, or that keep nothing. */
const ELSEWHERE = ['createApprovalLink', 'testStep'];

describe('a creation that is repeated because its gateway died', () => {
  it('is tried for every endpoint that makes something', () => {
    const making = ENDPOINTS.filter(
      ({ answer, audit }) => answer.status === 201 || (audit !== undefined && 'made' in audit),
    );
    expect(making.map(({ id }) => id).sort()).toEqual([...Object.keys(CREATIONS), ...ELSEWHERE].sort());
  });

  it.each(Object.entries(CREATIONS))('makes one thing and gets the same answer: %s', async (_id, creation) => {
    const create = await creation.prepare();
    const before = await creation.count();
    const write = aWrite();
    const first = await create(write);
    // A job goes on meanwhile.
    const {
      status: _,
      updated_at: __,
      ...again
    } = (await create({ ...write, again: true })) as Record<string, unknown>;
    expect(first).toMatchObject(again);
    expect(await creation.count()).toBe(before + 1);
  });

  it.each(Object.entries(CREATIONS))(
    'makes one thing also when both are under way at once: %s',
    async (id, creation) => {
      const create = await creation.prepare();
      const before = await creation.count();
      const write = aWrite();
      const both = await Promise.allSettled([create(write), create({ ...write, again: true })]);
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
      // A job is recognised by what asks for it, which twins may both find unused; gateways do not send them at once.
      if (id !== 'bulkExecutions') expect(await creation.count()).toBe(before + 1);
    },
  );

  it.each(Object.entries(CREATIONS))(
    'makes another thing under another key, and without one: %s',
    async (id, creation) => {
      if (id === 'bulkExecutions') return;
      const create = await creation.prepare();
      const before = await creation.count();
      const made = [await create(aWrite()), await create(aWrite()), await create()] as { id: string }[];
      expect(new Set(made.map((each) => each.id)).size).toBe(3);
      expect(await creation.count()).toBe(before + 3);
    },
  );

  it('finishes a workflow whose version was written and nothing else', async () => {
    const write = aWrite();
    const made = await of.ask(CreateWorkflow, { organisation_id: of.organisation_id, document: DOCUMENT }, write);
    await of.running.fixture.mongo.collection('workflows').deleteOne({ _id: made.id as never });
    const again = await of.ask(
      CreateWorkflow,
      { organisation_id: of.organisation_id, document: DOCUMENT },
      { ...write, again: true },
    );
    expect([again.id, again.version]).toEqual([made.id, 1]);
    expect(await of.countOf('workflow_versions')).toBe(1);
  });

  it('shows the secret of a token and of a subscription again, which are stored nowhere', async () => {
    const write = aWrite();
    const token = await of.ask(
      CreateToken,
      { organisation_id: of.organisation_id, caller_scopes: ['*'], token: TOKEN },
      write,
    );
    const other = await of.ask(
      CreateToken,
      { organisation_id: of.organisation_id, caller_scopes: ['*'], token: TOKEN },
      aWrite(),
    );
    expect(token.token).not.toBe(other.token);
    const records = await of.running.fixture.mongo
      .collection('api_tokens')
      .find({ organisation_id: of.organisation_id })
      .toArray();
    expect(JSON.stringify(records)).not.toContain(token.token);
    expect((await of.ask(ListTokens, { organisation_id: of.organisation_id, limit: 10 })).tokens).toHaveLength(2);
  });
});
