import {
  ActiveSnapshot,
  CreateWorkflow,
  DeleteWorkflow,
  ListWorkflows,
  VersionSnapshot,
  WebhookSnapshot,
} from '@millrace/contracts';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';
import { failure, webhookId, workflowCalls } from './workflow-calls.fixture.js';

let fixture: Fixture;
let organisation_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());
beforeEach(() => {
  organisation_id = uniqueName('org');
});

const { create, get, update, remove } = workflowCalls(() => ({ fixture, organisation_id }));

describe('create', () => {
  it('returns the form of the reference once every snapshot is published', async () => {
    const document = aWorkflow({
      description: 'Handles customer inquiries',
      variables: { support_email: 'support@company.com' },
    });
    const workflow = await create(document);
    expect(workflow).toMatchObject({
      id: expect.stringMatching(/^wf_[0-9a-z]{26}$/) as string,
      name: 'Test workflow',
      description: 'Handles customer inquiries',
      status: 'active',
      trigger: {
        type: 'webhook',
        config: { url: expect.stringMatching(/^https:\/\/millrace\.test\/v1\/webhooks\/wh_[a-z2-7]{24}$/) as string },
      },
      steps: document.steps,
      variables: { support_email: 'support@company.com' },
      version: 1,
      execution_count: 0,
    });
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id: workflow.id })).toEqual({
      workflow_id: workflow.id,
      organisation_id,
      oldest_version: 1,
      version: 1,
      status: 'active',
    });
    const published = await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 1 });
    expect(published).toMatchObject({ organisation_id, name: 'Test workflow', version: 1 });
    expect(JSON.parse(published?.document ?? '')).toMatchObject({ name: 'Test workflow', steps: document.steps });
    const webhook_id = webhookId(workflow.trigger);
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id })).toEqual({
      webhook_id,
      organisation_id,
      workflow_id: workflow.id,
      method: 'POST',
    });
    expect(await get(workflow.id)).toEqual(workflow);
  });

  it('says to those who take calls which of them wait for a response, and for how long', async () => {
    const config = { respond: 'wait', respond_timeout: '5s' };
    const workflow = await create(aWorkflow({ trigger: { type: 'webhook', config } }));
    const webhook_id = webhookId(workflow.trigger);
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id })).toMatchObject(config);
    const error = await failure(
      create(aWorkflow({ trigger: { type: 'webhook', config: { ...config, respond_timeout: '61s' } } })),
    );
    expect(JSON.stringify(error)).toContain('trigger.config.respond_timeout');
  });

  it('says so of workflows without a step that responds, whose output does', async () => {
    const config = { respond: 'wait' };
    const maybe = { id: 'maybe', type: 'respond', if: '{{input.a}}', config: { body: 'x' } };
    const published = async (more: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const { trigger } = await create(aWorkflow(more));
      return fixture.client.snapshots.get(WebhookSnapshot, { webhook_id: webhookId(trigger) });
    };
    const waits = { trigger: { type: 'webhook', config } };
    expect(await published(waits)).toMatchObject({ respond: 'wait', responds_with_output: true });
    expect(await published({ ...waits, steps: [maybe] })).not.toHaveProperty('responds_with_output');
    expect(await published({})).not.toHaveProperty('responds_with_output');
  });

  it('takes a workflow without a trigger, and one with several', async () => {
    const bare = await create(aWorkflow({ trigger: null, status: 'draft' }));
    expect(bare).not.toHaveProperty('trigger');
    expect(bare.status).toBe('draft');
    const triggers = [
      { type: 'webhook' },
      { type: 'schedule', config: { cron: '0 9 * * *' } },
      { type: 'webhook', config: { method: 'PUT' } },
    ];
    const many = await create(aWorkflow({ trigger: null, triggers }));
    const [first, second, third] = many.triggers as [unknown, unknown, unknown];
    expect(second).toEqual(triggers[1]);
    expect(webhookId(first)).not.toBe(webhookId(third));
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id: webhookId(third) })).toMatchObject({
      method: 'PUT',
      workflow_id: many.id,
    });
  });

  it('returns every problem at once, each with its path, and stores nothing', async () => {
    const error = await failure(
      create({
        name: '',
        steps: [
          { id: 'a', type: 'nonsense' },
          { id: 'a', type: 'transform', config: {} },
        ],
        extra: 1,
      }),
    );
    expect(error.code).toBe('INVALID_INPUT');
    const issues = error.details?.issues as { path: string; code: string; message: string }[];
    expect(issues.length).toBeGreaterThanOrEqual(4);
    expect(issues.map((issue) => issue.path)).toEqual(expect.arrayContaining(['name', 'steps[0].type', 'extra']));
    for (const issue of issues)
      expect(issue).toEqual(
        expect.objectContaining({ path: expect.any(String), code: expect.any(String), message: expect.any(String) }),
      );
    expect(error.message).toContain('more, see details.issues');
    expect(await fixture.mongo.collection('workflows').countDocuments({ organisation_id })).toBe(0);
  });

  it.each([[null], [[]], ['name: x'], [7], [true]])('refuses %j, which is no object', async (document) => {
    expect(await failure(create(document))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('must be a JSON object') as string,
    });
  });

  it('returns warnings and saves nevertheless', async () => {
    const workflow = await create(aWorkflow({ steps: [] }));
    expect(workflow.warnings).toEqual([
      expect.objectContaining({ code: 'no_steps', path: 'steps', severity: 'warning' }),
    ]);
    expect((await get(workflow.id)).warnings).toEqual(workflow.warnings);
  });

  it('ignores the fields that the server owns, so that an exported workflow can be created again', async () => {
    const first = await create(aWorkflow());
    const copy = await create({ ...first, organisation_id: undefined });
    expect(copy.id).not.toBe(first.id);
    expect(copy.version).toBe(1);
    expect(webhookId(copy.trigger)).not.toBe(webhookId(first.trigger));
  });
});

describe('what users send is stored as they sent it', () => {
  const nested = (levels: number): unknown =>
    Array.from({ length: levels }).reduce<unknown>((inner) => ({ deeper: inner }), 'bottom');
  const variables = {
    'a.b': 1,
    $gt: '',
    $where: 'sleep(1000)',
    'x.$y': { '': null, '1': 'one', '0': 'zero', '-1': 2 },
    constructor: { prototype: { polluted: true } },
    hasOwnProperty: 1,
    deep: nested(95),
    numbers: [1e21, 0.1, 9007199254740991, -1e-7],
    text: 'quote " backslash \\ nul \u0000 newline \n emoji 🏭 separator \u2028',
    lone: '\ud800',
    empty: {},
  };

  it('with dotted, dollar, numeric and inherited names, and nested to the limit: byte for byte', async () => {
    const workflow = await create(aWorkflow({ variables }));
    const text = JSON.stringify(variables);
    expect(JSON.stringify(workflow.variables)).toBe(text);
    expect(JSON.stringify((await get(workflow.id)).variables)).toBe(text);
    const published = await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 1 });
    expect(JSON.stringify((JSON.parse(published?.document ?? '') as { variables: unknown }).variables)).toBe(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('and a document of nearly a megabyte, in the snapshot as well', async () => {
    const large = 'ü'.repeat(1_000_000);
    const workflow = await create(aWorkflow({ variables: { large } }));
    expect((await get(workflow.id)).variables).toEqual({ large });
    expect(
      (await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 1 }))?.document,
    ).toContain(large);
  });

  it('but __proto__ is refused by name, at the top and inside', async () => {
    const inside = JSON.parse('{"a":{"__proto__":{"polluted":true}}}') as unknown;
    expect(await failure(create(aWorkflow({ variables: inside })))).toMatchObject({ code: 'INVALID_INPUT' });
    const top = JSON.parse(JSON.stringify(aWorkflow()).replace('{', '{"__proto__":{"polluted":true},')) as unknown;
    expect(await failure(create(top))).toMatchObject({ code: 'INVALID_INPUT' });
    const { id } = await create(aWorkflow());
    expect(await failure(update(id, JSON.parse('{"__proto__":{"name":"x"}}')))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('update', () => {
  it('merges at the top level into a new immutable version and publishes it', async () => {
    const workflow = await create(aWorkflow({ variables: { kept: 1 } }));
    const steps = [{ id: 'other', type: 'transform', config: { output: 2 } }];
    const updated = await update(workflow.id, { name: 'Updated Workflow Name', status: 'active', steps });
    expect(updated).toMatchObject({
      name: 'Updated Workflow Name',
      version: 2,
      steps,
      variables: { kept: 1 },
      created_at: workflow.created_at,
    });
    expect(updated.updated_at > workflow.updated_at).toBe(true);
    expect(await get(workflow.id)).toEqual(updated);
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id: workflow.id })).toMatchObject({
      version: 2,
    });
    const first = await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 1 });
    expect(first?.document).toContain('greet');
    const second = await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 2 });
    expect(second).toMatchObject({ name: 'Updated Workflow Name' });
  });

  it('makes no version when the document stays the same: by status, by nothing, by sending back what was read', async () => {
    const workflow = await create(aWorkflow());
    const paused = await update(workflow.id, { status: 'paused' });
    expect(paused).toMatchObject({ status: 'paused', version: 1 });
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id: workflow.id })).toMatchObject({
      status: 'paused',
      version: 1,
    });
    expect(await update(workflow.id, {})).toEqual(paused);
    expect(await update(workflow.id, paused)).toEqual(paused);
    expect(await fixture.mongo.collection('workflow_versions').countDocuments({ workflow_id: workflow.id })).toBe(1);
  });

  it('removes an optional field by null, and refuses to remove a required one', async () => {
    const workflow = await create(aWorkflow({ description: 'x', variables: { a: 1 }, output: { b: '{{input.b}}' } }));
    const updated = await update(workflow.id, { description: null, variables: null, output: null, trigger: null });
    expect(updated).toMatchObject({ description: null, variables: {}, version: 2 });
    expect(updated).not.toHaveProperty('output');
    expect(updated).not.toHaveProperty('trigger');
    for (const patch of [{ name: null }, { steps: null }, { status: null }, { status: 'running' }]) {
      expect((await failure(update(workflow.id, patch))).code).toBe('INVALID_INPUT');
    }
  });

  it('refuses an invalid result with every problem, and changes nothing', async () => {
    const workflow = await create(aWorkflow());
    const error = await failure(update(workflow.id, { steps: [{ id: 'x' }], variabels: {} }));
    expect((error.details?.issues as { path: string }[]).length).toBeGreaterThanOrEqual(2);
    expect((await failure(update(workflow.id, [1]))).code).toBe('INVALID_INPUT');
    expect(await get(workflow.id)).toEqual(workflow);
  });

  it('refuses a change of a version that is not current any more', async () => {
    const { id } = await create(aWorkflow());
    await update(id, { name: 'two' }, 1);
    const error = await failure(update(id, { name: 'three' }, 1));
    expect(error).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { workflow_id: id, if_version: 1, current_version: 2 },
    });
    expect(await update(id, { name: 'three' }, 2)).toMatchObject({ name: 'three', version: 3 });
  });

  it('keeps the address of a webhook trigger over all edits, and takes back that of a removed one', async () => {
    const workflow = await create(aWorkflow());
    const webhook_id = webhookId(workflow.trigger);
    const edited = await update(workflow.id, { trigger: { type: 'webhook', config: { method: 'PUT' } } });
    expect(webhookId(edited.trigger)).toBe(webhook_id);
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id })).toMatchObject({ method: 'PUT' });

    await update(workflow.id, { trigger: { type: 'schedule', config: { cron: '0 9 * * *' } } });
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id })).toBeNull();

    const back = await update(workflow.id, {
      triggers: [{ type: 'webhook', config: { method: 'GET' } }, { type: 'webhook' }],
    });
    const [first, second] = (back.triggers as unknown[]).map(webhookId) as [string, string];
    expect(first).toBe(webhook_id);
    const one = await update(workflow.id, { triggers: [{ type: 'webhook' }] });
    expect((one.triggers as unknown[]).map(webhookId)).toEqual([second]);
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id: first })).toBeNull();
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id: second })).toMatchObject({
      method: 'POST',
    });
  });
});

describe('delete', () => {
  it('hides the workflow, takes back what could start it, and keeps its versions for executions in flight', async () => {
    const workflow = await create(aWorkflow());
    const webhook_id = webhookId(workflow.trigger);
    expect(await remove(workflow.id)).toEqual({ id: workflow.id, deleted: true });
    const attempts = [get(workflow.id), update(workflow.id, { name: 'x' }), remove(workflow.id)];
    for (const refused of await Promise.all(attempts.map(failure))) {
      expect(refused).toMatchObject({ code: 'WORKFLOW_NOT_FOUND', details: { workflow_id: workflow.id } });
    }
    expect(await fixture.client.snapshots.get(ActiveSnapshot, { workflow_id: workflow.id })).toBeNull();
    expect(await fixture.client.snapshots.get(WebhookSnapshot, { webhook_id })).toBeNull();
    expect(
      await fixture.client.snapshots.get(VersionSnapshot, { workflow_id: workflow.id, version: 1 }),
    ).not.toBeNull();
  });
});

describe('list', () => {
  it('returns pages newest first, with the total, by status, without deleted ones', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 5; number++)
      ids.unshift((await create(aWorkflow({ name: `w${number}`, status: number === 2 ? 'draft' : 'active' }))).id);
    await remove(ids[4] as string);
    const page = (question: object) =>
      fixture.client.request(ListWorkflows, { organisation_id, page: 1, per_page: 20, ...question });
    const all = await page({});
    expect(all).toMatchObject({ total: 4, page: 1, per_page: 20 });
    expect(all.workflows.map((workflow) => workflow.id)).toEqual(ids.slice(0, 4));
    expect(Object.keys(all.workflows[0] ?? {}).sort()).toEqual(
      'created_at description execution_count id name status tags triggers updated_at version'.split(' '),
    );
    const second = await page({ page: 2, per_page: 3 });
    expect(second).toMatchObject({ total: 4, page: 2, per_page: 3 });
    expect(second.workflows.map((workflow) => workflow.id)).toEqual([ids[3]]);
    expect(await page({ status: 'draft' })).toMatchObject({ total: 1, workflows: [{ id: ids[2], status: 'draft' }] });
    expect(await page({ page: 9 })).toMatchObject({ total: 4, workflows: [] });
  });
});

describe('an organisation that has as many workflows as it may have', () => {
  it('creates no more until it deletes one, and others do', async () => {
    const limited = await openFixture();
    try {
      await limited.start({ MILLRACE_WORKFLOWS_PER_ORGANISATION: '3' });
      const createOf = (organisation: string) =>
        limited.client.request(CreateWorkflow, { organisation_id: organisation, document: aWorkflow() });
      const created = [];
      for (let count = 0; count < 3; count++) created.push(await createOf(organisation_id));
      const error = await failure(createOf(organisation_id));
      expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { limit: 3, kind: 'workflows' } });
      expect(error.entry).toMatchObject({ status: 409, retryable: false });
      await createOf(uniqueName('org'));
      await limited.client.request(DeleteWorkflow, { organisation_id, workflow_id: created[0]?.id ?? '' });
      await createOf(organisation_id);
      expect((await failure(createOf(organisation_id))).code).toBe('QUOTA_EXCEEDED');
    } finally {
      await limited.stop();
    }
  }, 180_000);
});
