import { CountExecutions, GetExecutionStats, ListNextRuns, ListWorkflows, statsEndpoints, workflowEndpoints } from '@millrace/contracts'; // prettier-ignore
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { FOREIGN_WORKFLOW, startGateway, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { LIST_ANSWERS } from './workflow-lists.fixture.js';

type Answer = (question: Record<string, unknown>) => unknown;

let gateway: RunningGateway;
let owners: NatsBus;
const answers = new Map<string, Answer>();
/** The last question on each subject. */
const asked = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  gateway = await startGateway({ apiPerHour: 100_000 });
  owners = await connectBus({ url: gateway.natsUrl, name: 'owners', logger: silentLogger });
  for (const [{ subject }] of LIST_ANSWERS)
    owners.connection.subscribe(subject, {
      callback: (_, message) => {
        const question = message.json<Record<string, unknown>>();
        asked.set(subject, question);
        const answer = answers.get(subject)?.(question);
        if (answer !== undefined) message.respond(JSON.stringify(answer));
      },
    });
  await owners.connection.flush();
});
beforeEach(() => {
  asked.clear();
  for (const [{ subject }, answer] of LIST_ANSWERS) answers.set(subject, answer);
});
afterAll(async () => {
  await owners.close();
  await gateway.stop();
});

const { example } = workflowEndpoints.list.answer;

describe('a list of workflows', () => {
  it('has what each service knows of an entry', async () => {
    expect((await gateway.call('GET', '/v1/workflows')).body).toEqual(example);
    expect(asked.get(ListNextRuns.subject)).toMatchObject({ workflow_ids: [example.workflows[0].id] });
  });

  it('passes every filter on, and keeps them in the addresses of the other pages', async () => {
    answers.set(ListWorkflows.subject, () => ({ ...example, total: 41 }));
    const query = 'q=gree%20t&tag=a%20b&trigger_type=webhook&sort=name&status=active&deleted=true';
    const { headers } = await gateway.call('GET', `/v1/workflows?${query}`);
    expect(asked.get(ListWorkflows.subject)).toEqual({
      organisation_id: 'org_a',
      page: 1,
      per_page: 20,
      q: 'gree t',
      tag: 'a b',
      trigger_type: 'webhook',
      sort: 'name',
      status: 'active',
      deleted: true,
    });
    const link =
      headers
        .get('link')
        ?.split(', ')
        .find((one) => one.endsWith('rel="next"')) ?? '';
    const next = link.slice(1, link.indexOf('>'));
    const parameters = Object.fromEntries(new URL(next, gateway.url).searchParams);
    expect(parameters).toEqual({ ...Object.fromEntries(new URLSearchParams(query)), page: '2' });
  });

  it.each(['sort=size', 'deleted=yes', 'q=', `q=${'x'.repeat(201)}`, 'trigger_type=A', 'tag=', 'order=asc'])(
    'refuses %s, by name',
    async (query) => {
      const { status, body } = await gateway.call('GET', `/v1/workflows?${query}`);
      expect([status, body.error?.code]).toEqual([400, 'INVALID_INPUT']);
      expect(JSON.stringify(body.error?.details)).toContain(query.split('=')[0]);
      expect(asked.has(ListWorkflows.subject)).toBe(false);
    },
  );

  it('is there without history and scheduler, and with a definitions of an earlier version', async () => {
    const { id, name, description, status, version, created_at, updated_at } = example.workflows[0];
    const earlier = { id, name, description, status, version, created_at, updated_at, execution_count: 0 };
    answers.set(ListWorkflows.subject, () => ({ ...example, workflows: [earlier] }));
    answers.set(CountExecutions.subject, () => undefined);
    answers.set(ListNextRuns.subject, () => undefined);
    expect((await gateway.call('GET', '/v1/workflows')).body['workflows']).toEqual([
      { ...earlier, tags: [], triggers: [], last_execution: null, next_run_at: null },
    ]);
  });

  it('asks for no times of workflows without a schedule, nor of deleted ones', async () => {
    const [entry] = example.workflows;
    const workflows = [
      { ...entry, triggers: [{ type: 'webhook' }] },
      { ...entry, deleted_at: entry.created_at },
    ];
    answers.set(ListWorkflows.subject, () => ({ ...example, workflows }));
    await gateway.call('GET', '/v1/workflows');
    expect(asked.has(ListNextRuns.subject)).toBe(false);
  });
});

describe('figures of a workflow', () => {
  const { totals, buckets } = statsEndpoints.ofExecutions.answer.example;
  const none = { total: 0, completed: 0, failed: 0, cancelled: 0, duration_ms: null };
  const stats = (found: object) => ({ ...statsEndpoints.ofWorkflow.answer.example, ...found });
  const call = async (workflow: string) => {
    const { status, body } = await gateway.call('GET', `/v1/workflows/${workflow}/stats?bucket=day`);
    return [status, body.error?.code ?? body['workflow_id']];
  };

  it('are of the caller and the workflow, also where there are none yet', async () => {
    answers.set(GetExecutionStats.subject, () => stats({ totals: none, buckets: [] }));
    expect(await call(WORKFLOW)).toEqual([200, WORKFLOW]);
    expect(asked.get(GetExecutionStats.subject)).toEqual({
      organisation_id: 'org_a',
      workflow_id: WORKFLOW,
      bucket: 'day',
    });
  });

  it("do not tell another organisation's workflow from none", async () => {
    answers.set(GetExecutionStats.subject, () => stats({ totals: none, buckets: [] }));
    expect(await call(FOREIGN_WORKFLOW)).toEqual([404, 'WORKFLOW_NOT_FOUND']);
    expect(await call('wf_01kaxh3v9m0000000000000099')).toEqual([404, 'WORKFLOW_NOT_FOUND']);
  });

  it('are there of one that was deleted', async () => {
    answers.set(GetExecutionStats.subject, () => stats({ totals, buckets }));
    expect(await call('wf_01kaxh3v9m0000000000000099')).toEqual([200, 'wf_01kaxh3v9m0000000000000099']);
  });
});
