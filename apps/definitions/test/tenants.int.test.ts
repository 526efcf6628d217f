import * as contracts from '@millrace/contracts';
import {
  AppError,
  CreateMailbox,
  CreateToken,
  CreateWorkflow,
  type MailboxRequest,
  type RequestDefinition,
} from '@millrace/contracts';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { TokensRepository } from '../src/tokens/tokens.repository.js';
import { WorkflowsRepository } from '../src/workflows/workflows.repository.js';
import { startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();

type Question = { organisation_id: string } & Record<string, unknown>;

const isRequest = (value: unknown): value is RequestDefinition<Question, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  'question' in value &&
  'subject' in value &&
  String(value.subject).startsWith('definitions.');

/** What an intruder asks with the id of another organisation's workflow; a request that is not listed fails the test. */
const INTRUSIONS: Record<string, Record<string, unknown>> = {
  'definitions.workflows.get': {},
  'definitions.workflows.text': {},
  'definitions.workflows.update': { patch: { name: 'taken over' } },
  'definitions.workflows.patch': { patch: { name: 'taken over' } },
  'definitions.workflows.delete': {},
  'definitions.workflows.restore': {},
  'definitions.workflows.duplicate': {},
  'definitions.workflow-versions.list': { limit: 10 },
  'definitions.workflow-versions.get': { version: 1 },
  'definitions.workflow-versions.diff': { version: 1 },
  'definitions.workflow-versions.restore': { version: 1 },
  'definitions.drafts.get': {},
  'definitions.drafts.text': {},
  'definitions.drafts.put': { document: aWorkflow() },
  'definitions.drafts.delete': {},
  'definitions.drafts.publish': {},
  'definitions.tests.plan': { test: { mocks: {} } },
  'definitions.schedules.pause': { index: 0, paused: true },
  'definitions.webhooks.list': {},
  'definitions.webhooks.rotate-secret': { webhook_id: 'wh_abcdefghijklmnopqrstuvwx', grace_seconds: 60 },
  'definitions.webhooks.rotate-url': { webhook_id: 'wh_abcdefghijklmnopqrstuvwx', grace_seconds: 60 },
  'definitions.tokens.update': { caller_scopes: ['*'], patch: { name: 'taken over' } },
  'definitions.tokens.revoke': {},
  'definitions.tokens.owner': {},
  'definitions.mailboxes.get': {},
  'definitions.mailboxes.update': { patch: { after: 'seen' } },
  'definitions.mailboxes.delete': {},
  'definitions.event-subscriptions.get': {},
  'definitions.event-subscriptions.update': { patch: { status: 'disabled' } },
  'definitions.event-subscriptions.rotate': {},
  'definitions.event-subscriptions.delete': {},
  'definitions.jobs.get': {},
  'definitions.jobs.cancel': {},
};
const WITHOUT_AN_ID = [
  'definitions.workflows.create',
  'definitions.workflows.validate',
  'definitions.expressions.evaluate',
  'definitions.workflows.list',
  'definitions.tokens.create',
  'definitions.tokens.list',
  'definitions.mailboxes.create',
  'definitions.mailboxes.list',
  'definitions.event-subscriptions.create',
  'definitions.event-subscriptions.list',
  'definitions.jobs.create',
  'definitions.jobs.list',
  'definitions.triggers.list',
  'definitions.capabilities.get',
  'definitions.audit-log.list',
  'definitions.events.watch',
  'definitions.credits.get',
  'definitions.credits.usage',
];
/** About entries, which nobody reads by their ids: `audit-log.int.test.ts`. */
const OF_THE_AUDIT_LOG = ['definitions.audit-log.begin', 'definitions.audit-log.end'];
/** Those about names, which every organisation has for itself: `settings.int.test.ts`. */
const NAMED = [
  ...['secrets', 'variables', 'mail-senders', 'ai-providers'].flatMap((kind) =>
    ['list', 'put', 'delete'].map((what) => `definitions.${kind}.${what}`),
  ),
  'definitions.mail-senders.get',
  'definitions.ai-providers.get',
];
/** Asked by other services of their own accord, about all organisations at once; each entry names its own. */
const OF_ALL = [
  'definitions.tokens.record-uses',
  'definitions.secrets.record-uses',
  'definitions.workflows.record-runs',
];
/** Asked by the service that sends, which knows whose it is; of another's it says that there is none, as the test of its own does: `event-subscriptions.int.test.ts`. */
const OF_THE_SENDER = ['definitions.event-subscriptions.disable'];
/** Asked for the operator alone, whom the gateway distinguishes from everybody else: `tenancy.test.ts` calls these routes with tokens of organisations. */
const OF_THE_OPERATOR = [
  ...['list', 'get', 'create', 'update', 'delete', 'create-token', 'add-credits'].map(
    (what) => `definitions.organisations.${what}`,
  ),
  'definitions.starts.set',
  'definitions.profiles.record',
];

const MAILBOX: MailboxRequest = {
  address: 'owned@example.com',
  imap: {
    host: 'imap.example.com',
    tls: 'implicit',
    user: 'owned',
    auth: { type: 'password', secret: 'x' },
    folder: 'INBOX',
  },
  since: 'now',
  after: 'keep',
};

type Ids = Record<'workflow_id' | 'token_id' | 'mailbox_id' | 'subscription_id' | 'job_id', string>;

/** What a question is about, and what there is not when the id is nobody's. */
function aboutOf(subject: string): { kind: keyof Ids; code: string } {
  if (subject.startsWith('definitions.tokens.')) return { kind: 'token_id', code: 'TOKEN_NOT_FOUND' };
  if (subject.startsWith('definitions.mailboxes.')) return { kind: 'mailbox_id', code: 'MAILBOX_NOT_FOUND' };
  if (subject.startsWith('definitions.jobs.')) return { kind: 'job_id', code: 'JOB_NOT_FOUND' };
  if (subject.startsWith('definitions.event-subscriptions.'))
    return { kind: 'subscription_id', code: 'EVENT_SUBSCRIPTION_NOT_FOUND' };
  return { kind: 'workflow_id', code: 'WORKFLOW_NOT_FOUND' };
}

/** What is intruded on, as its owner sees it. */
async function read(organisation_id: string, ids: Ids): Promise<unknown[]> {
  const { workflow_id, token_id, mailbox_id, subscription_id } = ids;
  return [
    await running.fixture.client.request(contracts.GetWorkflow, { organisation_id, workflow_id }),
    await running.fixture.client.request(contracts.GetTokenOwner, { organisation_id, token_id }),
    await running.fixture.client.request(contracts.GetMailbox, { organisation_id, mailbox_id }),
    await running.fixture.client.request(contracts.GetEventSubscription, { organisation_id, subscription_id }),
  ];
}

/** What is asked of the database about the ids while `work` is under way: what this service does of its own accord is about others. */
async function queriesAbout(
  ids: readonly string[],
  work: () => Promise<unknown>,
): Promise<{ refusal: unknown; queries: string[] }> {
  const queries: string[] = [];
  const { base } = running.fixture.mongo;
  base.set('debug', (collection: string, method: string, ...parameters: unknown[]) => {
    const text = JSON.stringify(parameters);
    if (ids.some((id) => text.includes(id))) queries.push(`${collection}.${method}`);
  });
  try {
    return { refusal: await work(), queries };
  } finally {
    base.set('debug', false);
  }
}

describe('an organisation reaches nothing of another', () => {
  const requests = Object.values(contracts as Record<string, unknown>).filter(isRequest);

  it('by any request there is', () => {
    expect(requests.map((request) => request.subject).sort()).toEqual(
      [
        ...Object.keys(INTRUSIONS),
        ...WITHOUT_AN_ID,
        ...OF_THE_AUDIT_LOG,
        ...NAMED,
        ...OF_ALL,
        ...OF_THE_SENDER,
        ...OF_THE_OPERATOR,
      ].sort(),
    );
  });

  it.each(Object.entries(INTRUSIONS))('by %s, and can not tell its ids from unknown ones', async (subject, fields) => {
    const owner = uniqueName('org');
    const ids = {
      workflow_id: (
        await running.fixture.client.request(CreateWorkflow, { organisation_id: owner, document: aWorkflow() })
      ).id,
      token_id: (
        await running.fixture.client.request(CreateToken, {
          organisation_id: owner,
          caller_scopes: ['*'],
          token: { name: 'Owned', scopes: ['workflows:read'] },
        })
      ).id,
      mailbox_id: (await running.fixture.client.request(CreateMailbox, { organisation_id: owner, mailbox: MAILBOX }))
        .id,
      subscription_id: (
        await running.fixture.client.request(contracts.CreateEventSubscription, {
          organisation_id: owner,
          subscription: { url: 'https://example.com/hooks', events: ['execution.failed'] },
        })
      ).id,
      job_id: (
        await running.fixture.client.request(contracts.CreateJob, {
          organisation_id: owner,
          kind: 'backfill',
          parameters: { workflow_id: 'wf_1', index: 0, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
          items: ['2026-01-01T08:00:00.000Z'],
        })
      ).id,
    };
    const { kind, code } = aboutOf(subject);
    const stored = () => read(owner, ids);
    const before = await stored();
    const request = requests.find((one) => one.subject === subject) as RequestDefinition<Question, unknown>;
    const ask = async (id: string): Promise<{ refusal: AppError; queries: string[] }> => {
      const organisation_id = uniqueName('org');
      const question = { organisation_id, [kind]: id, ...fields };
      // The owner's job is worked on meanwhile, and asked for by its id.
      const about = kind === 'job_id' ? [organisation_id] : [organisation_id, id];
      return queriesAbout(about, () =>
        running.fixture.client.request(request, question).catch((error: unknown) => error),
      ) as Promise<{ refusal: AppError; queries: string[] }>;
    };
    const foreign = await ask(ids[kind]);
    const unknown = await ask(uniqueName('unknown'));
    expect(foreign.refusal).toMatchObject({ code, details: { [kind]: ids[kind] } });
    expect({ ...foreign.refusal.toBody(), details: {} }).toEqual({ ...unknown.refusal.toBody(), details: {} });
    // Nor by the time that it takes.
    expect(foreign.queries).toEqual(unknown.queries);
    expect(foreign.queries.length).toBeGreaterThan(0);
    expect(await stored()).toEqual(before);
  });

  it('by the list, whose total counts its own only', async () => {
    await running.fixture.client.request(CreateWorkflow, { organisation_id: uniqueName('org'), document: aWorkflow() });
    const list = await running.fixture.client.request(contracts.ListWorkflows, {
      organisation_id: uniqueName('org'),
      page: 1,
      per_page: 20,
    });
    expect(list).toMatchObject({ workflows: [], total: 0 });
  });

  it.each([[{ $gt: '' }], [{ $ne: null }], [['wf_1']], [null]])(
    'by an operator %j where an id belongs',
    async (workflow_id) => {
      const question = { organisation_id: 'org_x', workflow_id } as unknown as {
        organisation_id: string;
        workflow_id: string;
      };
      await expect(
        running.fixture.client.request(
          { ...contracts.GetWorkflow, question: { parse: (value: unknown) => value } as never },
          question,
        ),
      ).rejects.toThrow(/agreed form/);
    },
  );

  it('and a query that forgets the organisation is refused before it is sent', async () => {
    const { model } = running.replica.app.get(WorkflowsRepository);
    await expect(model.find({}).exec()).rejects.toThrow('names no organisation_id');
    await expect(model.updateOne({ _id: 'wf_1' }, { $set: { name: 'x' } }).exec()).rejects.toThrow(
      'names no organisation_id',
    );
    await expect(model.countDocuments({ organisation_id: { $ne: null } }).exec()).rejects.toThrow(
      'names no organisation_id',
    );
    await expect(running.replica.app.get(TokensRepository).model.deleteMany({}).exec()).rejects.toThrow(
      'names no organisation_id',
    );
  });
});
