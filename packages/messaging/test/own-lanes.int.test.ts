import { Controller } from '@nestjs/common';
import {
  laneOf,
  newId,
  organisationOfRun,
  OWN_LANE_NUMBERS,
  RUN_LANES,
  RunRequested,
  type OwnLane,
  type RunRequest,
} from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { OnMessage, WrongSequenceError, type NatsBus, type Topology } from '../src/index.js';
import { withLaneFor, withState } from '../src/lanes/lane-policy.js';
import { startService, topologyWith, type TestService } from './start-service.js';

const CONCURRENCY = 16;
const MOST = 8;
const [FIRST = 0, SECOND = 0] = OWN_LANE_NUMBERS;
const HOUR = 60 * 60_000;

/** Nothing has to last: a test has as many rounds as it takes. */
const topology: Topology = {
  ...topologyWith({ ackWaitMs: 5_000 }),
  ownLaneTimes: { roundMs: 0, quietMs: 0, drainedMs: 0, keeperMs: HOUR, sweepMs: 0 },
};
const noisy = organisationOnLane(1);

let nats: OwnServer;
const services: TestService[] = [];
/** Every message whose handler began, in that order. */
let began: RunRequest[] = [];
/** The noisy organisation's messages run until the test ends them. */
let held: (() => void)[] = [];

@Controller()
class RunsController {
  @OnMessage(RunRequested, {
    group: 'executor',
    concurrency: CONCURRENCY,
    fairness: { keyOf: organisationOfRun, share: 0.75 },
  })
  async run(run: RunRequest): Promise<void> {
    began.push(run);
    if (run.organisation_id === noisy) await new Promise<void>((end) => held.push(end));
  }
}

beforeEach(async () => {
  nats = await startNats();
  [began, held] = [[], []];
});
afterEach(async () => {
  for (const end of held.splice(0)) end();
  try {
    await Promise.all(services.splice(0).map((service) => service.close()));
  } finally {
    await nats.stop();
  }
});

function organisationOnLane(lane: number): string {
  for (;;) {
    const id = newId('organisation');
    if (laneOf(id) === lane) return id;
  }
}

async function startRunner(own: Topology = topology): Promise<NatsBus> {
  const options = { url: nats.url, name: 'runner', graceMs: 100, abortMs: 100, topology: own };
  const service = await startService({ ...options, controllers: [RunsController] });
  services.push(service);
  return service.bus;
}

/** A process that publishes and takes nothing. */
async function startStarter(): Promise<NatsBus> {
  const service = await startService({ url: nats.url, name: 'starter', topology, controllers: [] });
  services.push(service);
  return service.bus;
}

async function publish(bus: NatsBus, organisation_id: string, count: number): Promise<RunRequest[]> {
  const runs = Array.from({ length: count }, () => aRunRequest({ organisation_id }));
  await Promise.all(runs.map((run) => bus.publish(RunRequested, run)));
  return runs;
}

const idsOf = (runs: readonly RunRequest[]) => runs.map(({ execution_id }) => execution_id).sort();
const lanesOf = (bus: NatsBus) => bus.laneRegister.current.lanes;
const beganOf = (organisation: string) => began.filter((run) => run.organisation_id === organisation);

/** Has rounds until the lanes are so. */
async function rounds(
  what: string,
  buses: readonly NatsBus[],
  isDone: (lanes: readonly OwnLane[]) => boolean,
): Promise<void> {
  await waitUntil(what, async () => {
    for (const bus of buses) await bus.lanes.tend(MOST);
    return buses.every((bus) => isDone(lanesOf(bus)));
  });
}

/** Messages that wait in a lane or are under way; null for one without a consumer. */
async function loadOf(bus: NatsBus, number: number): Promise<number | null> {
  const manager = await jetstreamManager(bus.connection);
  const info = await manager.consumers.info('RUNS', `executor-${number}`).catch(() => null);
  return info && info.num_pending + info.num_ack_pending;
}

/** Ends the noisy organisation's messages as they begin, until the queue is empty. */
async function drained(bus: NatsBus): Promise<void> {
  const manager = await jetstreamManager(bus.connection);
  await waitUntil('the queue to be empty', async () => {
    for (const end of held.splice(0)) end();
    return (await manager.streams.info('RUNS')).state.messages === 0;
  });
}

function lend(bus: NatsBus, organisation: string): Promise<unknown> {
  return bus.laneRegister.change((own) => withLaneFor(own, organisation, MOST)?.own ?? null);
}

describe('an organisation with a backlog', () => {
  it('gets a lane of its own, in which its next executions wait, and goes back when it is quiet', async () => {
    const [one, two, starter] = [await startRunner(), await startRunner(), await startStarter()];
    const backlog = await publish(starter, noisy, 300);
    await rounds('it has a lane', [one, two], (lanes) => lanes.length === 1);
    expect(lanesOf(two)).toMatchObject([{ number: FIRST, organisation_id: noisy, state: 'open' }]);
    await waitUntil('it has reached the starter', () => lanesOf(starter).length === 1);
    const moved = await publish(starter, noisy, 200);
    expect(await loadOf(one, FIRST)).toBe(200);
    await drained(one);
    expect(idsOf(beganOf(noisy))).toEqual(idsOf([...backlog, ...moved]));

    await rounds('it goes back', [one, two], (lanes) => lanes.length === 0);
    expect(await loadOf(one, FIRST)).toBeNull();
    await waitUntil('it has reached the starter', () => lanesOf(starter).length === 0);
    const last = await publish(starter, noisy, 20);
    await drained(one);
    expect(idsOf(beganOf(noisy))).toEqual(idsOf([...backlog, ...moved, ...last]));
  });

  it('holds nobody up: all others of its shared lane run before one of its executions has ended', async () => {
    const bus = await startRunner();
    await publish(bus, noisy, 2_000);
    await rounds('it has a lane', [bus], (lanes) => lanes.length === 1);
    await publish(bus, noisy, 1_000);
    const others = Array.from({ length: 40 }, () => organisationOnLane(1));
    for (let round = 1; round <= 3; round++) {
      for (const other of others) await publish(bus, other, 1);
      await waitUntil('all others have run', () => others.every((other) => beganOf(other).length === round));
    }
    // Nobody is behind it in its own lane: no more of that is looked at than has slots, and nothing goes back and comes again.
    const manager = await jetstreamManager(bus.connection);
    const { delivered, num_redelivered } = await manager.consumers.info('RUNS', `executor-${FIRST}`);
    expect(num_redelivered).toBe(0);
    expect(delivered.consumer_seq).toBeLessThanOrEqual(2 * CONCURRENCY);
    // None has ended, and it has no more slots than its share of what one lane can have: three for each that is free.
    expect(beganOf(noisy)).toHaveLength(held.length);
    expect(held.length).toBeLessThan(CONCURRENCY);
  });

  it('gets none when all are lent, and one that was quiet for a moment keeps its own', async () => {
    const bus = await startRunner();
    for (let number = 0; number < MOST; number++) await lend(bus, `org_other_${number}`);
    await bus.laneRegister.change((own) => ({ ...own, keeper: { id: 'somebody else', until: Date.now() + HOUR } }));
    await publish(bus, noisy, 200);
    for (let round = 0; round < 4; round++) await bus.lanes.tend(MOST);
    expect(lanesOf(bus).map(({ organisation_id }) => organisation_id)).not.toContain(noisy);
    await bus.laneRegister.change((own) => withState(withState(own, SECOND, 'gone'), FIRST, 'closing'));
    await rounds('it has one', [bus], (lanes) => lanes.some(({ organisation_id }) => organisation_id === noisy));
    await bus.laneRegister.change((own) => withState(own, SECOND, 'closing'));
    await rounds('it is open again', [bus], (lanes) => lanes[lanes.length - 1]?.state === 'open');
    expect(lanesOf(bus)).toHaveLength(MOST);
  });
});

describe('an id that is started twice', () => {
  it('is started once, whichever lane its organisation has then, long after the server has forgotten the first', async () => {
    const bus = await startStarter();
    const start = (run: RunRequest, second: number) => {
      const accepted_at = new Date(Date.UTC(2026, 10, 26, 1, 0, second)).toISOString();
      // Another message id stands for one that the server has forgotten.
      const options = { expectLastSequence: 0, messageId: newId('execution') };
      return bus.publish(RunRequested, { ...run, accepted_at }, options);
    };
    const [before, during] = [aRunRequest({ organisation_id: noisy }), aRunRequest({ organisation_id: noisy })];
    await start(before, 0);
    await lend(bus, noisy);
    await expect(start(before, 1)).rejects.toThrow(WrongSequenceError);
    await start(during, 2);
    await bus.laneRegister.change((own) => withState(own, FIRST, 'closing'));
    await expect(start(during, 3)).rejects.toThrow(WrongSequenceError);
    for (const run of [before, during]) {
      expect(await bus.readSubject(RunRequested, run)).toHaveLength(1);
      expect((await bus.lastOnSubject(RunRequested, run))?.payload.execution_id).toBe(run.execution_id);
      expect(await bus.lastSequence(RunRequested, run)).toBeGreaterThan(0);
    }
    const names = { organisation_id: '*', execution_id: before.execution_id };
    expect(await bus.lastOnSubject(RunRequested, names)).toBeNull();
    expect(await bus.readSubject(RunRequested, names)).toEqual([]);
  });
});

describe('whoever is cut short', () => {
  it('leaves a consumer that nobody uses: the next one that lends finds it', async () => {
    const bus = await startRunner();
    const manager = await jetstreamManager(bus.connection);
    await lend(bus, noisy);
    await bus.restoreTopology();
    await bus.laneRegister.change((own) => withState(own, FIRST, 'gone'));
    expect((await manager.consumers.info('RUNS', `executor-${FIRST}`)).config.filter_subject).toBe(`runs.${FIRST}.>`);
    await publish(bus, noisy, 200);
    await rounds('it has a lane', [bus], (lanes) => lanes.length === 1);
    await publish(bus, noisy, 10);
    expect(await loadOf(bus, FIRST)).toBe(10);
  });

  it('leaves a lane whose consumer is gone: the next keeper takes it back', async () => {
    const bus = await startRunner();
    await lend(bus, noisy);
    await bus.laneRegister.change((own) => withState(own, FIRST, 'leaving'));
    await rounds('it is gone', [bus], (lanes) => lanes.length === 0);
  });

  it('is replaced as keeper when it is silent for long, and not before', async () => {
    const bus = await startRunner();
    await lend(bus, noisy);
    await bus.restoreTopology();
    const keptUntil = (until: number) =>
      bus.laneRegister.change((own) => ({ ...own, keeper: { id: 'somebody else', until } }));
    await keptUntil(Date.now() + HOUR);
    for (let round = 0; round < 4; round++) await bus.lanes.tend(MOST);
    expect(lanesOf(bus)).toMatchObject([{ state: 'open' }]);
    await keptUntil(Date.now() - 1);
    await rounds('it is gone', [bus], (lanes) => lanes.length === 0);
  });
});

it('needs no slot of its own in a service that starts while lanes are lent', async () => {
  const starter = await startStarter();
  for (let number = 0; number < MOST; number++) await lend(starter, `org_other_${number}`);
  @Controller()
  class FewSlotsController {
    @OnMessage(RunRequested, { group: 'executor', concurrency: RUN_LANES + 1 })
    run(run: RunRequest): void {
      began.push(run);
    }
  }
  services.push(await startService({ url: nats.url, name: 'runner', topology, controllers: [FewSlotsController] }));
  const runs = await publish(starter, organisationOnLane(0), 3);
  await waitUntil('they have run', () => began.length === runs.length);
  // And of those that have one each is listened to in its turn, however few slots there are.
  for (let number = 0; number < MOST; number++) await publish(starter, `org_other_${number}`, 1);
  await waitUntil('those in lanes of their own have run', () => began.length === runs.length + MOST);
});

describe('a message that comes to a lane after its end', () => {
  it('is taken from there, and the lane goes again', async () => {
    const bus = await startRunner();
    const run = aRunRequest();
    bus.connection.publish(`runs.${SECOND}.${run.organisation_id}.${run.execution_id}`, JSON.stringify(run));
    await bus.connection.flush();
    await rounds('it is taken', [bus], () => began.length === 1);
    await rounds('the lane is gone', [bus], (lanes) => lanes.length === 0);
    expect(await loadOf(bus, SECOND)).toBeNull();
  });

  it('keeps a lane that was about to go', async () => {
    const bus = await startRunner();
    await lend(bus, noisy);
    await bus.restoreTopology();
    await bus.laneRegister.change((own) => withState(own, FIRST, 'leaving'));
    const run = aRunRequest();
    bus.connection.publish(`runs.${FIRST}.${run.organisation_id}.${run.execution_id}`, JSON.stringify(run));
    await bus.connection.flush();
    await rounds('it is taken', [bus], () => began.length === 1);
    await rounds('the lane is gone', [bus], (lanes) => lanes.length === 0);
  });
});
