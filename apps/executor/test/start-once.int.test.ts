import type { INestMicroservice } from '@nestjs/common';
import { ActiveSnapshot, derivedId, JournalEntry, RunRequested } from '@millrace/contracts';
import type { NatsBus, Topology } from '@millrace/messaging';
import { startExecution, type StartRequest } from '@millrace/service-kit/start-execution';
import { aJournalEntry, FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  connectClient,
  endOf,
  publishWorkflow,
  queueIsEmpty,
  startExecutor,
  topology,
  workflowOf,
} from './executor.fixture.js';

/** An hour, in short: for so long the server knows a message that comes twice. */
const WINDOW_MS = 100;
const short: Topology = {
  ...topology,
  streams: topology.streams.map((stream) => ({ ...stream, duplicateWindowMs: WINDOW_MS })),
};

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;
let server: FakeHttpServer;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url, short);
  executor = await startExecutor(nats.url, { topology: short });
  server = await FakeHttpServer.start();
});

afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await server?.stop();
  await nats?.stop();
});

/** A workflow that makes one call, and the start of it for a nominal time. */
async function aStart(path: string): Promise<StartRequest & { id: string }> {
  const call = { id: 'call', type: 'http', config: { method: 'POST', url: `${server.url}${path}` } };
  const workflow = await publishWorkflow(bus, workflowOf([call]));
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
  const { organisation_id, workflow_id } = workflow;
  // Of now: about what is old the executor asks history, which does not run here.
  const at = new Date().toISOString();
  return {
    id: derivedId('execution', Date.parse(at), [organisation_id, 'schedule', workflow_id]),
    trigger: { type: 'schedule', scheduled_at: at },
    workflow: { organisation_id, workflow_id },
    input: () => ({ at }),
    acceptedAt: at,
  };
}

const addressOf = ({ id, workflow }: Awaited<ReturnType<typeof aStart>>) => ({
  organisation_id: workflow.organisation_id,
  execution_id: id,
});
const journalOf = (start: Awaited<ReturnType<typeof aStart>>) => bus.readSubject(JournalEntry, addressOf(start));
const queued = async (start: Awaited<ReturnType<typeof aStart>>) =>
  (await bus.readSubject(RunRequested, addressOf(start))).length;

/** The same start, as a caller repeats it. */
const repeated = (start: StartRequest): StartRequest => ({ ...start, acceptedAt: new Date().toISOString() });

/** Resolves when the server has forgotten what was published before. */
async function windowPassed(): Promise<void> {
  const probe = aJournalEntry();
  const isKnown = async () => (await bus.publish(JournalEntry, probe, { messageId: probe.entry_id })).duplicate;
  await isKnown();
  await waitUntil('the window has passed', async () => !(await isKnown()));
}

/** Starts again until the server takes it for something new: only the journal knows better then. */
async function startAgain(start: StartRequest): Promise<void> {
  await waitUntil('the start is stored again', async () => !(await startExecution(bus, null, start)).duplicate);
  await queueIsEmpty(bus);
}

describe('a start that is repeated, long after the server has forgotten the first', () => {
  it('runs once: while it runs, after its end, and when only its end marker is left', async () => {
    const start = await aStart('/once');
    let finish = (): void => undefined;
    const running = new Promise<void>((resolve) => (finish = resolve));
    server.on('/once', async () => {
      await running;
      return { body: { ok: true } };
    });
    expect(await startExecution(bus, null, start)).toMatchObject({ execution_id: start.id, duplicate: false });
    await waitUntil('the call', () => server.callsTo('/once').length === 1);

    await windowPassed();
    expect(await startExecution(bus, null, repeated(start))).toMatchObject({ execution_id: start.id, duplicate: true });
    expect(await queued(start)).toBe(1);
    finish();
    expect(await endOf(bus, addressOf(start) as Parameters<typeof endOf>[1])).toMatchObject({ type: 'completed' });
    await queueIsEmpty(bus);

    const recorded = await journalOf(start);
    await startAgain(start);
    expect(await journalOf(start)).toEqual(recorded);

    // As history does when the record is written.
    const last = recorded.at(-1);
    const end = last?.payload.events.at(-1);
    const marker = { ...addressOf(start), entry_id: 'end', events: end ? [end] : [], end_marker: true as const };
    await bus.publish(JournalEntry, marker, { expectLastSequence: last?.sequence ?? 0, replacesEarlier: true });
    await startAgain(start);
    expect((await journalOf(start)).map(({ payload }) => payload)).toEqual([marker]);
    expect(server.callsTo('/once')).toHaveLength(1);
  });

  it('runs once when the first waits in the queue still', async () => {
    await executor.close();
    const start = await aStart('/queued');
    server.on('/queued', { body: { ok: true } });
    await startExecution(bus, null, start);
    await windowPassed();
    expect(await startExecution(bus, null, repeated(start))).toMatchObject({ duplicate: true });
    expect(await queued(start)).toBe(1);
    executor = await startExecutor(nats.url, { topology: short });
    expect(await endOf(bus, addressOf(start) as Parameters<typeof endOf>[1])).toMatchObject({ type: 'completed' });
    expect(server.callsTo('/queued')).toHaveLength(1);
  });
});
