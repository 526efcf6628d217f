import { JournalEntry, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import { silentLogger } from '@millrace/service-kit/logging';
import { wakeExecution } from '@millrace/service-kit/wake-execution';
import { waitUntil } from '@millrace/testing';
import { claimOf } from '../src/executions/claim.js';
import { dueOf } from '../src/executions/due-of.js';
import { JournalSubject } from '../src/executions/journal-subject.js';
import { ExecutorScene } from './executor-scene.js';
import { eventsAtEnd, eventsOf, queueIsEmpty, startExecution, workflowOf } from './executor.fixture.js';

let scene: ExecutorScene;
let bus: NatsBus;

beforeEach(async () => {
  scene = await ExecutorScene.open();
  ({ bus } = scene);
});

afterEach(() => scene.close());

const pause = (duration: string) => ({ id: 'pause', type: 'wait', config: { duration } });
const say = { id: 'say', type: 'transform', config: { output: 'done' } };
const signal = (): ExecutionEvent => ({ type: 'signal_received', at: new Date().toISOString(), signal: 'go' });
const typesOf = (events: readonly ExecutionEvent[]) => events.map(({ type }) => type);
const write = (request: RunRequest, wakes: boolean) =>
  new JournalAsides(bus, silentLogger()).write(request, async () => ({ events: [signal()], wakes }));

async function suspended(request: RunRequest, times: number): Promise<void> {
  await waitUntil(`suspension ${times}`, async () => {
    const events = await eventsOf(bus, request);
    return events.filter(({ type }) => type === 'suspended').length === times || null;
  });
  await queueIsEmpty(bus);
}

describe('an aside in the journal of a suspended execution', () => {
  it('wakes it, and a timer that comes later disturbs nothing', async () => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([say, pause('4s')]), {});
    await suspended(request, 1);
    await write(request, true);
    const events = await eventsAtEnd(bus, request);
    // Which of the two comes first is a matter of chance, and of no consequence.
    const [first, second] = typesOf(events).slice(4, 6);
    expect([first, second].sort()).toEqual(['signal_received', 'woken']);
    expect(typesOf(events).slice(6)).toEqual(['suspended', 'woken', 'step_completed', 'completed']);
    expect(events.flatMap((event) => (event.type === 'woken' ? [event.generation] : []))).toEqual([1, 2]);
    await queueIsEmpty(bus);
    expect(await eventsOf(bus, request)).toEqual(events);
  });

  it('leaves it suspended when it is nothing to go on with: it goes on when its time has come', async () => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([say, pause('4s')]), {});
    await suspended(request, 1);
    await write(request, false);
    await write(request, false);
    const [, , , suspension] = await eventsOf(bus, request);
    const until = (suspension as Extract<ExecutionEvent, { type: 'suspended' }>).until;
    // What a message of that run is worth, should it come again: the timer is set again, and nothing is run.
    const found = await new JournalSubject(bus, request, 'other').open();
    expect(found).toEqual({ state: 'suspended', generation: 0, until });
    expect(claimOf(found, 0)).toBe('arm');
    expect(typesOf(await eventsOf(bus, request)).slice(4)).toEqual(['signal_received', 'signal_received']);
    const events = await eventsAtEnd(bus, request);
    expect(typesOf(events).slice(6)).toEqual(['woken', 'step_completed', 'completed']);
  });

  it('does not wake it twice, however often it is woken', async () => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([say, pause('1h')]), {});
    await suspended(request, 1);
    // As by a service that died between waking it and writing.
    const due = dueOf(request);
    await Promise.all([wakeExecution(bus, due), wakeExecution(bus, due)]);
    await suspended(request, 2);
    await wakeExecution(bus, due);
    await Promise.all([write(request, true), write(request, true), write(request, true)]);
    await waitUntil('all are written', async () => {
      const types = typesOf(await eventsOf(bus, request));
      return (types.at(-1) === 'suspended' && types.filter((type) => type === 'signal_received').length === 3) || null;
    });
    await queueIsEmpty(bus);
    const events = await eventsOf(bus, request);
    const generations = events.flatMap((event) => (event.type === 'woken' ? [event.generation] : []));
    expect(generations).toEqual(generations.map((_, index) => index + 1));
    expect(typesOf(events)).not.toContain('resumed');
  });

  it('is not lost on who begins to run it meanwhile', async () => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([say, pause('3s')]), {});
    await suspended(request, 1);
    for (let count = 0; count < 20; count++) await write(request, true);
    const events = await eventsAtEnd(bus, request);
    expect(typesOf(events).filter((type) => type === 'signal_received')).toHaveLength(20);
    expect(typesOf(events).filter((type) => type === 'step_completed')).toHaveLength(2);
    const stored = await bus.readSubject(JournalEntry, request);
    expect(new Set(stored.map(({ payload }) => payload.entry_id)).size).toBe(stored.length);
  });
});
