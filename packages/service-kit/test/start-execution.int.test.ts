import {
  ActiveSnapshot,
  AppError,
  derivedId,
  newId,
  OrganisationSnapshot,
  RunRequested,
  StartsSnapshot,
  VersionSnapshot,
  type KnownTrigger,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { startExecution, type StartRequest } from '../src/start-execution.js';

let nats: OwnServer;
let bus: NatsBus;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'start-test', logger: silentLogger, validateOutgoing: true });
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

const TRIGGERS: Readonly<Record<KnownTrigger['type'], KnownTrigger>> = {
  api: { type: 'api' },
  webhook: { type: 'webhook', webhook_id: 'wh_1', method: 'POST', headers: {}, query: {} },
  schedule: { type: 'schedule', scheduled_at: '2026-11-25T01:00:00.000Z' },
  email: { type: 'email', mailbox_id: 'mb_1', message_id: '<1@example.com>' },
  workflow: { type: 'workflow', execution_id: newId('execution'), step_path: 'call' },
  failure: { type: 'failure', execution_id: newId('execution'), workflow_id: newId('workflow') },
  retry: { type: 'retry', execution_id: newId('execution') },
  replay: { type: 'replay', execution_id: newId('execution') },
  test: { type: 'test', runs: 'version' },
};

async function aWorkflow(status: 'active' | 'paused' | 'draft' = 'active') {
  const workflow = { organisation_id: newId('organisation'), workflow_id: newId('workflow') };
  const version = { ...workflow, version: 3 };
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...version, status });
  await bus.snapshots.put(
    VersionSnapshot,
    { ...version, version: 2 },
    { ...version, version: 2, name: 'x', document: '{}' },
  );
  return workflow;
}
const aStart = (workflow: StartRequest['workflow'], more: Partial<StartRequest> = {}): StartRequest => ({
  trigger: TRIGGERS.api,
  workflow,
  input: () => ({ a: 1 }),
  ...more,
});
const outcomeOf = (request: StartRequest) =>
  startExecution(bus, null, request).then(
    () => 'started',
    (error: { code?: string }) => error.code,
  );

describe('startExecution', () => {
  it('starts nothing of a suspended organisation, whatever the trigger, and all of it again afterwards', async () => {
    const workflow = await aWorkflow();
    const suspend = (suspended: boolean) =>
      bus.snapshots.put(OrganisationSnapshot, workflow, { ...workflow, suspended, limits: {} });
    await suspend(true);
    for (const trigger of Object.values(TRIGGERS))
      expect([trigger.type, await outcomeOf(aStart(workflow, { trigger }))]).toEqual([
        trigger.type,
        'ORGANISATION_SUSPENDED',
      ]);
    await suspend(false);
    expect(await outcomeOf(aStart(workflow))).toBe('started');
  });

  it('starts nothing new while all starts are paused, and what belongs to an execution that runs', async () => {
    const workflow = await aWorkflow();
    const pause = (paused: boolean) =>
      bus.snapshots.put(StartsSnapshot, undefined, { paused, since: '2026-11-25T01:00:00.000Z', reason: 'Upgrade' });
    await pause(true);
    for (const trigger of Object.values(TRIGGERS)) {
      const isPart = trigger.type === 'workflow' || trigger.type === 'failure';
      const outcome = await outcomeOf(aStart(workflow, { trigger }));
      expect([trigger.type, outcome]).toEqual([trigger.type, isPart ? 'started' : 'STARTS_PAUSED']);
    }
    const details = { since: '2026-11-25T01:00:00.000Z', reason: 'Upgrade' };
    await expect(startExecution(bus, null, aStart(workflow))).rejects.toMatchObject({ details });
    await pause(false);
    expect(await outcomeOf(aStart(workflow))).toBe('started');
  });

  it('stores the request before it resolves, pinned to the version that is active', async () => {
    const workflow = await aWorkflow();
    const trigger = TRIGGERS.webhook;
    const acceptedAt = '2026-11-25T01:00:00.000Z';
    const started = await startExecution(bus, null, aStart(workflow, { trigger, acceptedAt, requestId: 'req_1' }));
    expect(started).toEqual({
      ...workflow,
      execution_id: expect.stringMatching(/^exec_/),
      version: 3,
      started_at: acceptedAt,
      duplicate: false,
      certain: true,
    });
    expect((await bus.lastOnSubject(RunRequested, started))?.payload).toEqual({
      ...workflow,
      execution_id: started.execution_id,
      version: 3,
      generation: 0,
      accepted_at: acceptedAt,
      trigger,
      input: { a: 1 },
      request_id: 'req_1',
    });
  });

  it('carries the id of the request with the message too, so that it is in the log of whoever takes it', async () => {
    const workflow = await aWorkflow();
    const headerOf = async ({ execution_id }: { execution_id: string }) => {
      const subject = RunRequested.subject({ ...workflow, execution_id });
      const question = JSON.stringify({ last_by_subj: subject });
      const reply = await bus.connection.request('$JS.API.STREAM.MSG.GET.RUNS', question);
      const { hdrs } = reply.json<{ message: { hdrs: string } }>().message;
      return /^X-Request-Id: (.+)\r$/m.exec(Buffer.from(hdrs, 'base64').toString())?.[1];
    };
    expect(await headerOf(await startExecution(bus, null, aStart(workflow, { requestId: 'req_7' })))).toBe('req_7');
    expect(await headerOf(await startExecution(bus, null, aStart(workflow)))).toBeUndefined();
  });

  it('starts no version that is on its way out', async () => {
    const workflow = await aWorkflow();
    const active = { ...workflow, version: 3, oldest_version: 3, status: 'active' as const };
    await bus.snapshots.put(ActiveSnapshot, workflow, active);
    expect(await outcomeOf(aStart({ ...workflow, version: 2 }))).toBe('VERSION_NOT_FOUND');
    expect(await outcomeOf(aStart({ ...workflow, version: 3 }))).toBe('started');
  });

  it('charges the organisation twice what is stored, and for a repetition nothing', async () => {
    const workflow = await aWorkflow();
    const charges: [string, number][] = [];
    const quota = { require: () => undefined, charge: (...charge: [string, number]) => void charges.push(charge) };
    const id = newId('execution');
    const started = await startExecution(bus, quota, aStart(workflow, { id, input: () => 'x'.repeat(500_000) }));
    const stored = await bus.lastOnSubject(RunRequested, started);
    expect(charges).toEqual([[workflow.organisation_id, 2 * (stored?.bytes ?? 0)]]);
    expect(stored?.bytes).toBeGreaterThan(500_000);
    await startExecution(bus, quota, aStart(workflow, { id }));
    expect(charges.slice(1).map(([, bytes]) => bytes)).toEqual([0]);
  });

  it('charges nothing for a repetition that the server recognises after the first is gone from the queue', async () => {
    const workflow = await aWorkflow();
    const charges: number[] = [];
    const quota = { require: () => undefined, charge: (_: string, bytes: number) => void charges.push(bytes) };
    const id = newId('execution');
    await startExecution(bus, quota, aStart(workflow, { id }));
    await bus.connection.request('$JS.API.STREAM.PURGE.RUNS');
    expect(await startExecution(bus, quota, aStart(workflow, { id }))).toMatchObject({ duplicate: true });
    expect(charges).toEqual([expect.any(Number), 0]);
    expect(charges[0]).toBeGreaterThan(0);
  });

  it('is refused to an organisation that has stored as much as it may: nothing is decoded, stored or charged', async () => {
    const workflow = await aWorkflow();
    const done: string[] = [];
    const quota = {
      require: (organisation: string) => {
        throw new AppError('QUOTA_EXCEEDED', { details: { organisation } });
      },
      charge: () => void done.push('charge'),
    };
    const input = (): void => void done.push('input');
    await expect(startExecution(bus, quota, aStart(workflow, { input }))).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { organisation: workflow.organisation_id },
    });
    expect(done).toEqual([]);
  });

  it('allows each trigger to start a workflow only in certain statuses', async () => {
    const workflows = { active: await aWorkflow(), paused: await aWorkflow('paused'), draft: await aWorkflow('draft') };
    const outcomes: Record<string, unknown> = {};
    for (const [type, trigger] of Object.entries(TRIGGERS)) {
      const each = Object.values(workflows).map((workflow) => outcomeOf(aStart(workflow, { trigger })));
      outcomes[type] = await Promise.all(each);
    }
    const onlyActive = ['started', 'WORKFLOW_PAUSED', 'WORKFLOW_NOT_ACTIVE'];
    const alsoDrafts = ['started', 'WORKFLOW_PAUSED', 'started'];
    expect(outcomes).toEqual({
      api: alsoDrafts,
      webhook: onlyActive,
      schedule: onlyActive,
      email: onlyActive,
      workflow: onlyActive,
      failure: onlyActive,
      retry: alsoDrafts,
      replay: alsoDrafts,
      test: ['started', 'started', 'started'],
    });
  });

  it('starts nothing that is in a status which only newer versions know', async () => {
    const workflow = await aWorkflow('hibernating' as never);
    expect(await outcomeOf(aStart(workflow))).toBe('WORKFLOW_NOT_ACTIVE');
  });

  it('makes no input for what it refuses', async () => {
    const input = jest.fn(() => 1);
    const [workflow, paused] = [await aWorkflow(), await aWorkflow('paused')];
    const theirs = { ...workflow, organisation_id: newId('organisation') };
    expect(await outcomeOf(aStart(theirs, { input }))).toBe('WORKFLOW_NOT_FOUND');
    expect(await outcomeOf(aStart({ ...workflow, workflow_id: '*' }, { input }))).toBe('WORKFLOW_NOT_FOUND');
    expect(await outcomeOf(aStart(paused, { input }))).toBe('WORKFLOW_PAUSED');
    expect(await outcomeOf(aStart({ ...workflow, version: 9 }, { input }))).toBe('VERSION_NOT_FOUND');
    expect(input).not.toHaveBeenCalled();
    expect(await startExecution(bus, null, aStart({ ...workflow, version: 2 }, { input }))).toMatchObject({
      version: 2,
    });
  });

  it('is refused while the room that is left is for what runs', async () => {
    const workflow = await aWorkflow();
    bus.room.refuse(new AppError('STORAGE_FULL'));
    try {
      expect(await outcomeOf(aStart(workflow))).toBe('STORAGE_FULL');
    } finally {
      bus.room.refuse(null);
    }
    expect(await outcomeOf(aStart(workflow))).toBe('started');
  });

  it('with an id that waits in the queue starts nothing, however long ago that was', async () => {
    const workflow = await aWorkflow();
    const id = newId('execution');
    const run = { ...workflow, execution_id: id, version: 3, generation: 0, trigger: TRIGGERS.api, input: 1 };
    // Another message id stands for one that the server has forgotten.
    const messageId = newId('execution');
    await bus.publish(RunRequested, { ...run, accepted_at: new Date().toISOString() }, { messageId });
    expect(await startExecution(bus, null, aStart(workflow, { id }))).toMatchObject({ duplicate: true });
    expect(await bus.readSubject(RunRequested, run)).toHaveLength(1);
  });

  it('with the same id starts once', async () => {
    const workflow = await aWorkflow();
    const id = derivedId('execution', Date.now(), [workflow.organisation_id, 'schedule', workflow.workflow_id]);
    const acceptedAt = (second: number) => new Date(Date.UTC(2026, 10, 25, 1, 0, second)).toISOString();
    const twins = await Promise.all(
      [1, 2, 3].map((second) => startExecution(bus, null, aStart(workflow, { id, acceptedAt: acceptedAt(second) }))),
    );
    expect(twins.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(twins.map(({ execution_id }) => execution_id))).toEqual(new Set([id]));
    expect(await bus.readSubject(RunRequested, { ...workflow, execution_id: id })).toHaveLength(1);
  });
});
