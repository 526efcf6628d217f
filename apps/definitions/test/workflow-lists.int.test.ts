import {
  CreateWorkflow,
  DeleteWorkflow,
  ListWorkflows,
  RecordWorkflowRuns,
  RestoreWorkflow,
  UpdateWorkflow,
  type ListedWorkflows,
} from '@millrace/contracts';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import type { z } from 'zod';
import { ListBackfill } from '../src/workflow-lists/list-backfill.js';
import { WorkflowListsRepository } from '../src/workflow-lists/workflow-lists.repository.js';
import { VersionStore } from '../src/workflows/version-store.js';
import { WorkflowsRepository } from '../src/workflows/workflows.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const KEEP_DAYS = 30;

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start({ MILLRACE_VERSION_KEEP_DAYS: String(KEEP_DAYS) });
}, 180_000);
afterAll(() => fixture.stop());
beforeEach(() => {
  organisation_id = uniqueName('org');
});

type Question = Partial<Omit<z.output<typeof ListWorkflows.question>, 'organisation_id'>>;
const page = (question: Question = {}): Promise<ListedWorkflows> =>
  fixture.client.request(ListWorkflows, { organisation_id, page: 1, per_page: 20, ...question });
const names = async (question: Question = {}) => (await page(question)).workflows.map(({ name }) => name);
async function create(name: string, members: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const document = aWorkflow({ name, ...members });
  return (await fixture.client.request(CreateWorkflow, { organisation_id, document })).id;
}
const remove = (workflow_id: string) => fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id });
const workflows = () => replica.app.get(WorkflowsRepository).model;

/** What a record has that only lists look at. */
const STORED = {
  name: 'Common',
  description: null,
  status: 'active' as const,
  version: 1,
  revision: 1,
  webhooks: [],
  name_key: 'common',
  listed_version: 1,
  created_at: new Date(),
  updated_at: new Date(),
  deleted_at: null,
  snapshot_pending: false,
};

/** Writes many records at once, as if they were workflows. */
async function store(count: number, members: (index: number) => object): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const length = Math.min(1_000, count - from);
    await workflows().insertMany(
      Array.from({ length }, (_, index) => ({
        ...STORED,
        _id: `wf_${organisation_id}_${from + index}`,
        organisation_id,
        ...members(from + index),
      })),
    );
  }
}

const SCHEDULE = { type: 'schedule', config: { cron: '0 9 * * *' } };

describe('a search', () => {
  beforeEach(async () => {
    await create('Order intake', { description: 'Takes orders of the Zürich shop' });
    await create('Invoice reminder', { description: 'Reminds of orders that are not paid' });
    await create('Backup', { description: null });
  });

  it.each<[string, string[]]>([
    ['order', ['Invoice reminder', 'Order intake']],
    ['ORD', ['Invoice reminder', 'Order intake']],
    ['paid invoi', ['Invoice reminder']],
    ['order-intake!', ['Order intake']],
    ['zurich', ['Order intake']],
    ['ZU\u0308RICH', ['Order intake']],
    ['rder', []],
    ['order backup', []],
    ['-', []],
    ['#', []],
    ['.*', []],
  ])('for %j finds the beginnings of words in name and description, all of them', async (q, expected) => {
    expect(await names({ q })).toEqual(expected);
    expect((await page({ q })).total).toBe(expected.length);
  });

  it('finds what the current version says, and not what an earlier one said', async () => {
    const workflow_id = await create('Draft of something');
    await fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch: { name: 'Shipping' } });
    expect(await names({ q: 'something' })).toEqual([]);
    expect(await names({ q: 'shipping' })).toEqual(['Shipping']);
  });

  it('finds nothing of another organisation', async () => {
    const question = { organisation_id: uniqueName('org'), page: 1, per_page: 20, q: 'order' };
    expect(await fixture.client.request(ListWorkflows, question)).toMatchObject({ workflows: [], total: 0 });
  });
});

it('filters by tag, type of trigger and status, all of which must hold, page by page', async () => {
  await create('a', { tags: ['Support', 'EU'], status: 'paused' });
  await create('b', { tags: ['support'], trigger: SCHEDULE });
  await create('c', {
    tags: ['support', 'support', 'eu'],
    trigger: undefined,
    triggers: [SCHEDULE, { type: 'webhook' }],
  });
  await create('d', { trigger: undefined });
  const all = await page();
  expect(all.workflows.map(({ tags, triggers }) => [tags, triggers?.map(({ type }) => type)])).toEqual([
    [[], []],
    [
      ['support', 'eu'],
      ['schedule', 'webhook'],
    ],
    [['support'], ['schedule']],
    [['Support', 'EU'], ['webhook']],
  ]);
  expect(await names({ tag: 'SUPPORT' })).toEqual(['c', 'b', 'a']);
  expect(await names({ tag: 'support', trigger_type: 'webhook' })).toEqual(['c', 'a']);
  expect(await names({ tag: 'support', trigger_type: 'webhook', status: 'paused' })).toEqual(['a']);
  expect(await names({ tag: 'sup' })).toEqual([]);
  expect(await names({ trigger_type: 'schedule', q: 'b' })).toEqual(['b']);
  // A word is no tag, and a tag no word.
  expect(await names({ q: 'eu' })).toEqual([]);
  expect(await names({ tag: 'a' })).toEqual([]);
  const second = await page({ tag: 'support', per_page: 2, page: 2 });
  expect([second.total, second.workflows.map(({ name }) => name)]).toEqual([3, ['a']]);
});

describe('an order', () => {
  it('is by name whatever its case and accents, or by the last change', async () => {
    const first = await create('beta');
    for (const name of ['Alpha', 'Äpfel', 'Zoo']) await create(name);
    expect(await names({ sort: 'name' })).toEqual(['Alpha', 'Äpfel', 'beta', 'Zoo']);
    await fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id: first, patch: { description: 'x' } });
    expect((await names({ sort: 'updated_at' }))[0]).toBe('beta');
    expect(await names()).toEqual(['Zoo', 'Äpfel', 'Alpha', 'beta']);
  });

  it('is by the last run as it is reported, which nothing takes back, and those that never ran come last', async () => {
    const [a, b] = [await create('a'), await create('b')];
    await create('c');
    const record = (workflow_id: string, accepted_at: string, organisation = organisation_id) =>
      fixture.client.request(RecordWorkflowRuns, {
        runs: [{ organisation_id: organisation, workflow_id, accepted_at }],
      });
    await record(a, '2026-11-25T10:00:00.000Z');
    await record(b, '2026-11-25T09:00:00.000Z');
    expect(await names({ sort: 'last_run' })).toEqual(['a', 'b', 'c']);
    await record(a, '2026-11-25T08:00:00.000Z');
    await record(b, '2026-11-25T11:00:00.000Z', uniqueName('org'));
    expect(await names({ sort: 'last_run' })).toEqual(['a', 'b', 'c']);
    await record(b, '2026-11-25T11:00:00.000Z');
    expect(await names({ sort: 'last_run' })).toEqual(['b', 'a', 'c']);
  });
});

it('lists deleted workflows that can be restored, the last deleted first, and says until when', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) ids.push(await create(name, { tags: [name], status: 'paused' }));
  const [a = '', b = '', c = ''] = ids;
  for (const id of [b, a, c]) await remove(id);
  const now = Date.now();
  const days = (count: number) => new Date(now - count * DAY_MS);
  // As if these had been deleted so long ago.
  await workflows().updateOne({ _id: a, organisation_id }, { deleted_at: days(KEEP_DAYS - 1) });
  await workflows().updateOne({ _id: c, organisation_id }, { deleted_at: days(KEEP_DAYS + 1) });
  const list = await page({ deleted: true });
  expect([list.total, list.workflows.map(({ name, status }) => [name, status])]).toEqual([
    2,
    [
      ['b', 'paused'],
      ['a', 'paused'],
    ],
  ]);
  expect(list.workflows[1]).toMatchObject({
    deleted_at: days(KEEP_DAYS - 1).toISOString(),
    restorable_until: new Date(now + DAY_MS).toISOString(),
  });
  expect(await names({ deleted: true, tag: 'b' })).toEqual(['b']);
  expect(await names()).toEqual(['d']);
  await fixture.client.request(RestoreWorkflow, { organisation_id, workflow_id: a });
  expect([await names({ deleted: true }), await names()]).toEqual([['b'], ['d', 'a']]);
  expect((await page()).workflows[0]).not.toHaveProperty('deleted_at');
});

it('counts deleted workflows as far as it lists them, however many there are', async () => {
  await store(10_005, () => ({ deleted_at: new Date() }));
  const { total, workflows: first } = await page({ deleted: true });
  expect([total, first.length]).toEqual([10_000, 20]);
});

describe('workflows of an earlier release', () => {
  const LIST_FIELDS = { tags: 1, trigger_types: 1, terms: 1, name_key: 1, listed_version: 1 };

  it('are listed as they are, and found once they are completed, deleted ones too', async () => {
    const id = await create('Old one', { tags: ['x'] });
    const gone = await create('Gone', { tags: ['x'] });
    await remove(gone);
    const before = await page({ tag: 'x' });
    await workflows().updateMany({ organisation_id }, { $unset: LIST_FIELDS });
    expect((await page()).workflows).toMatchObject([{ id, tags: [], triggers: [] }]);
    expect(await names({ tag: 'x' })).toEqual([]);
    expect(await replica.app.get(ListBackfill).run(new AbortController().signal)).toBe(2);
    expect(await page({ tag: 'x' })).toEqual(before);
    expect(await names({ deleted: true, q: 'gone' })).toEqual(['Gone']);
    expect(await replica.app.get(ListBackfill).run(new AbortController().signal)).toBe(0);
  });

  it('that one of them changes during an upgrade are completed again', async () => {
    const id = await create('First');
    await fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id: id, patch: { tags: ['new'] } });
    // As an earlier release leaves it, which knows nothing of these fields.
    await workflows().updateOne({ _id: id, organisation_id }, { terms: ['first'], tags: [], listed_version: 1 });
    expect(await names({ tag: 'new' })).toEqual([]);
    await replica.app.get(ListBackfill).run(new AbortController().signal);
    expect(await names({ tag: 'new' })).toEqual(['First']);
  });

  it('that are changed while they are completed are found by what they say then', async () => {
    const workflow_id = await create('Before', { tags: ['old'] });
    const repository = replica.app.get(WorkflowsRepository);
    const read = await repository.find(organisation_id, workflow_id);
    await fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch: { name: 'After', tags: [] } });
    const behind = Object.assign(Object.create(repository) as WorkflowsRepository, {
      walk: async () => [{ ...read, listed_version: 0 }],
    });
    const [lists, versions] = [replica.app.get(WorkflowListsRepository), replica.app.get(VersionStore)];
    expect(await new ListBackfill(behind, lists, versions).run(new AbortController().signal)).toBe(1);
    expect(await names({ tag: 'old' })).toEqual([]);
    expect(await names({ q: 'after' })).toEqual(['After']);
  });

  it('are completed when the service starts', async () => {
    await create('Starts', { tags: ['y'] });
    await workflows().updateMany({ organisation_id }, { $unset: LIST_FIELDS });
    await fixture.start();
    await waitUntil('the fields', async () => (await names({ tag: 'y' })).length === 1);
  });
});

it.each<[string, Question]>([
  ['word', { q: 'rare' }],
  ['tag', { tag: 'rare' }],
  ['type of trigger', { trigger_type: 'schedule' }],
])('reads a rare %s from an index', async (_name, question) => {
  await store(2_000, (index) => ({ terms: ['common', `word${index}`, '#common', '@webhook'] }));
  await create('Rare', { tags: ['rare'], trigger: SCHEDULE });
  expect(await page(question)).toMatchObject({ total: 1, workflows: [{ name: 'Rare' }] });
  const examined = await plan(question);
  expect(examined).toMatch(/organisation_id_1_deleted_at_1_terms_1/);
  expect(examined).not.toMatch(/Seq Scan|COLLSCAN/);
});

/** The plan of the query that a list makes. */
async function plan({ q, tag, trigger_type }: Question): Promise<string> {
  const term = q === undefined ? (tag === undefined ? `@${trigger_type}` : `#${tag}`) : null;
  const terms = term ?? { $regex: `^${q}` };
  const filter = { organisation_id, deleted_at: null, $and: [{ terms }] };
  return JSON.stringify(await fixture.mongo.collection('workflows').find(filter).explain());
}
