import {
  CancelJob,
  CreateJob,
  CreateToken,
  DeleteVariable,
  ENDPOINTS,
  ListVariables,
  ListWorkflowVersions,
  PutVariable,
  RevokeToken,
  takesIdempotencyKey,
  UpdateWorkflow,
} from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import { ELSEWHERE, keyedChanges } from './keyed-changes.fixture.js';
import { askUnderKeys, aWrite, TOKEN } from './keyed-writes.fixture.js';

const of = askUnderKeys();
const CHANGES = keyedChanges(of);

describe('a change that is repeated because its gateway died', () => {
  it('is tried for every endpoint that changes something, but creations, which are tried beside this, and deletes', () => {
    const changing = ENDPOINTS.filter(
      (endpoint) =>
        takesIdempotencyKey(endpoint) &&
        endpoint.method !== 'DELETE' &&
        endpoint.answer.status !== 201 &&
        !(endpoint.audit !== undefined && 'made' in endpoint.audit),
    );
    const tried = Object.keys(CHANGES).map((name) => name.split(',')[0] ?? '');
    expect(changing.map(({ id }) => id).sort()).toEqual([...new Set([...tried, ...Object.keys(ELSEWHERE)])].sort());
  });

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
