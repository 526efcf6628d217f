import { CountMatchingExecutions, firstIdAt, LIMITS, ListExecutions, newId } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import type { ExecutionDocument } from '../src/executions/execution.schema.js';
import { ExecutionListsRepository } from '../src/executions/execution-lists.repository.js';
import { ExecutionsRepository } from '../src/executions/executions.repository.js';
import { filterOf, labelKeyOf, type FilterQuestion } from '../src/executions/execution-filter.js';
import { createHistory, type History } from './start-history.js';

/** More than the limit of a count, so that a filter without an index shows in what is read. */
const RECORDS = LIMITS.executionsCounted + 2_000;
const NEWEST = Date.UTC(2026, 10, 25);
const ORGANISATION = newId('organisation');
const WORKFLOW = newId('workflow');
const RARE_WORKFLOW = newId('workflow');

const idOf = (number: number) =>
  `${firstIdAt('execution', NEWEST - (RECORDS - number) * 1_000)}${String(number).padStart(16, '0')}`;

/** What the one in the middle has, and nobody else. */
const RARE = {
  wf: RARE_WORKFLOW,
  status: 'failed' as const,
  trigger_type: 'email',
  error_code: 'HTTP_STATUS_ERROR',
  error_message: 'no',
  failed_path: 'each[3].call',
  label: 'Größe 4711',
  label_key: labelKeyOf('Größe 4711'),
  duration_ms: 90_000,
  test: 1,
};
const RARE_NUMBER = 100;
const OTHER_VERSION = 200;
/** Behind the rare one in the order of labels: a beginning has an end too. */
const LATER_LABEL = { label: 'Zoo', label_key: labelKeyOf('Zoo') };

function aRecord(number: number): ExecutionDocument {
  const startedAt = new Date(NEWEST - (RECORDS - number) * 1_000);
  return {
    _id: idOf(number),
    org: ORGANISATION,
    wf: WORKFLOW,
    version: number === OTHER_VERSION ? 7 : 1,
    status: 'completed',
    trigger_type: 'webhook',
    started_at: startedAt,
    completed_at: new Date(startedAt.getTime() + 20),
    error_code: null,
    error_message: null,
    seq: number + 1,
    inline_seq: number + 1,
    events: '[]',
    ...(number === RARE_NUMBER ? RARE : {}),
    ...(number === OTHER_VERSION ? LATER_LABEL : {}),
  };
}

describe('filters of executions', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let bus: NatsBus;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.app.listen();
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
    const records = history.app.get(ExecutionsRepository);
    for (let from = 0; from < RECORDS; from += 1_000)
      await records.insert(Array.from({ length: 1_000 }, (_, index) => aRecord(from + index)));
  });
  afterAll(async () => {
    await bus.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  type Filters = Omit<FilterQuestion, 'organisation_id'>;
  const list = (filters: Filters, page: { limit?: number; starting_after?: string } = {}) =>
    bus.request(ListExecutions, { organisation_id: ORGANISATION, limit: 20, ...page, ...(filters as object) });
  const count = (filters: Filters) =>
    bus.request(CountMatchingExecutions, { organisation_id: ORGANISATION, ...(filters as object) });

  const rare: [name: string, filters: Filters, index: string, number: number][] = [
    ['status', { status: 'failed' }, 'org_1_status_1__id_-1', RARE_NUMBER],
    ['several statuses', { statuses: ['failed', 'running'] }, 'org_1_status_1__id_-1', RARE_NUMBER],
    ['workflow', { workflow_id: RARE_WORKFLOW }, 'org_1_wf_1', RARE_NUMBER],
    ['version', { workflow_id: WORKFLOW, version: 7 }, 'org_1_wf_1_version_1__id_-1', OTHER_VERSION],
    ['trigger', { trigger_type: 'email' }, 'org_1_trigger_type_1__id_-1', RARE_NUMBER],
    ['code', { error_code: 'HTTP_STATUS_ERROR' }, 'org_1_error_code_1__id_-1', RARE_NUMBER],
    ['label', { label: 'grÖße 4711' }, 'org_1_label_key_1__id_-1', RARE_NUMBER],
    ['beginning of a label', { q: 'gRO\u0308' }, 'org_1_label_key_1__id_-1', RARE_NUMBER],
    ['test', { test: 'true' }, 'org_1_test_1__id_-1', RARE_NUMBER],
    ['duration', { min_ms: 60_000 }, 'org_1_duration_ms_1__id_-1', RARE_NUMBER],
  ];

  it.each(rare)(
    'finds the one with a rare %s, counts it, and reads it from its index',
    async (_name, filters, index, number) => {
      const { executions, has_more } = await list(filters);
      expect([executions.map(({ id }) => id), has_more]).toEqual([[idOf(number)], false]);
      expect(await count(filters)).toEqual({ count: 1, more: false });
      const { matching } = filterOf({ organisation_id: ORGANISATION, ...filters });
      const plan = JSON.stringify(
        await history.database
          .collection('executions')
          .find(matching as object, { sort: { _id: -1 }, limit: 21 })
          .explain(),
      );
      expect(plan).toMatch(new RegExp(`"Index Name":"${index}|"stage":"IXSCAN".*"indexName":"${index}`));
      expect(plan).not.toMatch(/Seq Scan|COLLSCAN/);
    },
  );

  it('finds by the beginning of an id, and by times, which are those in the ids', async () => {
    const id = idOf(RARE_NUMBER);
    expect((await list({ q: id.toUpperCase() })).executions.map((one) => one.id)).toEqual([id]);
    const day = { from: new Date(NEWEST - 10_000).toISOString(), to: new Date(NEWEST - 4_000).toISOString() };
    const numbers = [5, 6, 7, 8, 9, 10].map((back) => idOf(RECORDS - back));
    expect((await list(day)).executions.map((one) => one.id)).toEqual(numbers);
    expect(await count(day)).toEqual({ count: 6, more: false });
    const behind = await list(day, { starting_after: numbers[3] as string });
    expect(behind.executions.map((one) => one.id)).toEqual(numbers.slice(4));
    const past = { to: new Date(NEWEST - (RECORDS + 10) * 1_000).toISOString() };
    expect(await list(past)).toEqual({ executions: [], next_cursor: null, has_more: false });
  });

  it('says where and why one failed, and what it was called', async () => {
    const { executions } = await list({ status: 'failed' });
    expect(executions[0]).toMatchObject({
      failed_path: 'each[3].call',
      error: { code: 'HTTP_STATUS_ERROR', message: 'no' },
      label: 'Größe 4711',
    });
  });

  it('together must all hold', async () => {
    const all = {
      workflow_id: RARE_WORKFLOW,
      status: 'failed',
      trigger_type: 'email',
      min_ms: 60_000,
      q: 'GRÖ',
    } as const;
    expect(await count(all)).toEqual({ count: 1, more: false });
    expect(await count({ ...all, label: 'other' })).toEqual({ count: 0, more: false });
    expect(await count({ ...all, from: new Date(NEWEST).toISOString() })).toEqual({ count: 0, more: false });
  });

  it('counts as far as its limit, and says that there are more', async () => {
    expect(await count({})).toEqual({ count: LIMITS.executionsCounted, more: true });
    expect(await count({ status: 'completed', workflow_id: WORKFLOW })).toEqual({ count: 10_000, more: true });
    const lists = history.app.get(ExecutionListsRepository);
    for (const question of [{}, { workflow_id: WORKFLOW }])
      expect(await lists.count(filterOf({ organisation_id: ORGANISATION, ...question }), 5)).toBe(5);
  });

  it('shows nothing of another organisation', async () => {
    const other = { organisation_id: newId('organisation') };
    for (const [, filters] of rare) {
      const page = await bus.request(ListExecutions, { limit: 20, ...(filters as object), ...other });
      expect(page.executions).toEqual([]);
      expect(await bus.request(CountMatchingExecutions, { ...(filters as object), ...other })).toEqual({
        count: 0,
        more: false,
      });
    }
  });

  it('finds the same while its indexes are still being built', async () => {
    await history.database.collection('executions').dropIndexes();
    for (const [, filters] of rare) {
      const question = { organisation_id: ORGANISATION, ...(filters as object) };
      expect((await bus.request(ListExecutions, { limit: 20, ...question })).executions).toHaveLength(1);
      expect(await bus.request(CountMatchingExecutions, question)).toEqual({ count: 1, more: false });
    }
  });
});
