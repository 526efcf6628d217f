import {
  LIMITS,
  newId,
  organisationOfRun,
  OWN_LANE_NUMBERS,
  RunRequested,
  type OwnLane,
  type OwnLanes,
} from '@millrace/contracts';
import { aRunRequest, startNats, type OwnServer } from '@millrace/testing';
import { jetstreamManager, type ConsumerInfo } from '@nats-io/jetstream';
import { connectBus, silentLogger, TOPOLOGY, type NatsBus } from '../src/index.js';
import { ensureTopology } from '../src/ensure-topology.js';
import type { OwnLaneTimes } from '../src/lanes/lane-policy.js';
import { LaneRegister } from '../src/lanes/lane-register.js';
import { LaneUpkeep } from '../src/lanes/lane-upkeep.js';

const HOUR = 60 * 60_000;
const MOST = 8;
const [FIRST = 0, SECOND = 0] = OWN_LANE_NUMBERS;
const AT_ONCE: OwnLaneTimes = { roundMs: 0, quietMs: 0, drainedMs: 0, keeperMs: HOUR, sweepMs: HOUR };

let nats: OwnServer;
let bus: NatsBus;
/** By so much the clock of the lanes is ahead. */
let ahead = 0;

beforeEach(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'executor', logger: silentLogger });
  ahead = 0;
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bus.close();
  await nats.stop();
});

/** The upkeep of an executor that no change reaches, and so knows only what it has read itself. */
function anUpkeep(times: Partial<OwnLaneTimes> = {}): { upkeep: LaneUpkeep; register: LaneRegister } {
  const { publisher, connection } = bus;
  const server = { last: publisher.lastStored.bind(publisher), send: publisher.send.bind(publisher) };
  const register = new LaneRegister(server, silentLogger);
  const topology = { ...TOPOLOGY, ownLaneTimes: { ...AT_ONCE, ...times } };
  const ensure = (wanted: typeof TOPOLOGY) => ensureTopology(connection, wanted, silentLogger, {});
  return { upkeep: new LaneUpkeep(connection, register, { logger: silentLogger, topology, ensure }), register };
}

const lane = (number: number, organisation_id: string, state: OwnLane['state']): OwnLane => ({
  number,
  organisation_id,
  state,
});
const keptBy = (id: string, until: number): Pick<OwnLanes, 'keeper'> => ({ keeper: { id, until } });

/** Replaces what is recorded, for all. */
async function record(own: Partial<OwnLanes>, ...registers: LaneRegister[]): Promise<void> {
  await bus.laneRegister.change((former) => ({ ...former, ...own }));
  for (const register of registers) await register.refresh();
}

async function statesOf(): Promise<string[]> {
  const { lanes } = await bus.laneRegister.refresh();
  return lanes.map(({ number, state }) => `${number - FIRST} ${state}`);
}

async function consumerOf(number: number): Promise<ConsumerInfo | null> {
  const manager = await jetstreamManager(bus.connection);
  return manager.consumers.info('RUNS', `executor-${number}`).catch(() => null);
}

/** What somebody sends who was stopped after it had chosen the lane. */
async function sendTo(number: number): Promise<string> {
  const run = aRunRequest({ organisation_id: newId('organisation') });
  const subject = `runs.${number}.${run.organisation_id}.${run.execution_id}`;
  await bus.publisher.send(subject, 'RUNS', { data: Buffer.from(JSON.stringify(run)), objectName: undefined }, {});
  return organisationOfRun(subject);
}

describe('lending', () => {
  it('is for organisations that are crowded in two rounds in a row', async () => {
    const { upkeep } = anUpkeep();
    let crowd: string[] = [];
    upkeep.watch(() => crowd);
    for (crowd of [['org_a'], [], ['org_a']]) await upkeep.tend(MOST);
    expect(await statesOf()).toEqual([]);
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 open']);
  });

  it('bounds how many executions of an organisation are given out of its lane and have not ended', async () => {
    const { upkeep } = anUpkeep();
    upkeep.watch(() => ['org_a']);
    await upkeep.tend(MOST);
    await upkeep.tend(MOST);
    expect((await consumerOf(FIRST))?.config.max_ack_pending).toBe(LIMITS.ownLaneMessages);
  });

  it('takes back what is more than there may be', async () => {
    const { upkeep, register } = anUpkeep({ quietMs: HOUR });
    await record({ lanes: [lane(FIRST, 'org_a', 'open'), lane(SECOND, 'org_b', 'open')] }, register);
    await upkeep.tend(1);
    expect(await statesOf()).toEqual(['0 open', '1 closing']);
  });
});

describe('the keeper', () => {
  it('is replaced when its clock is far ahead', async () => {
    const { upkeep, register } = anUpkeep();
    const lanes = [lane(FIRST, 'org_a', 'open')];
    await record({ lanes, ...keptBy('somebody', Date.now() + HOUR) }, register);
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 open']);
    await record({ lanes, ...keptBy('somebody', Date.now() + 100 * HOUR) }, register);
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 closing']);
  });

  it('begins to wait anew with each state of a lane', async () => {
    const { upkeep, register } = anUpkeep({ quietMs: HOUR, drainedMs: HOUR, roundMs: HOUR, keeperMs: 9 * HOUR });
    await record({ lanes: [lane(FIRST, 'org_a', 'open')] }, register);
    await upkeep.tend(MOST);
    for (const state of ['closing', 'leaving']) {
      ahead += HOUR;
      await upkeep.tend(MOST);
      expect(await statesOf()).toEqual([`0 ${state}`]);
      await upkeep.tend(MOST);
      expect(await statesOf()).toEqual([`0 ${state}`]);
    }
    ahead += HOUR;
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual([]);
  });

  it('begins to wait anew when another one was the keeper meanwhile', async () => {
    const { upkeep, register } = anUpkeep({ quietMs: HOUR });
    const lanes = [lane(FIRST, 'org_a', 'open')];
    await record({ lanes }, register);
    await upkeep.tend(MOST);
    await record({ lanes, ...keptBy('somebody', Date.now() + HOUR) }, register);
    await upkeep.tend(MOST);
    ahead += HOUR;
    await record({ lanes, ...keptBy('somebody', 0) }, register);
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 open']);
  });

  it('does nothing to a lane that was lent again since it looked', async () => {
    const { upkeep, register } = anUpkeep();
    await record({ lanes: [lane(FIRST, 'org_a', 'open')] }, register);
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 closing']);
    await record({ lanes: [lane(FIRST, 'org_a', 'open')] });
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 open']);
  });

  it('makes the consumer of a lane again that has messages and none', async () => {
    const { upkeep, register } = anUpkeep({ roundMs: HOUR });
    await sendTo(FIRST);
    await record({ lanes: [lane(FIRST, 'org_a', 'leaving')] }, register);
    await upkeep.tend(MOST);
    expect(await statesOf()).toEqual(['0 closing']);
    expect((await consumerOf(FIRST))?.num_pending).toBe(1);
  });

  it('keeps a lane to which something comes while its consumer is deleted', async () => {
    const { upkeep, register } = anUpkeep();
    const { connection } = bus;
    const request = connection.request.bind(connection);
    let sent = false;
    jest.spyOn(connection, 'request').mockImplementation(async (subject, ...rest) => {
      if (!sent && subject.includes('CONSUMER.DELETE')) {
        sent = true;
        await sendTo(FIRST);
      }
      return request(subject, ...rest);
    });
    await record({ lanes: [lane(FIRST, 'org_a', 'leaving')] }, register);
    await upkeep.tend(MOST);
    expect(sent).toBe(true);
    expect(await statesOf()).toEqual(['0 closing']);
    expect((await consumerOf(FIRST))?.num_pending).toBe(1);
  });
});

describe('the look for messages in lanes that nobody has', () => {
  it('is taken at its intervals only, and nothing else is asked while there are no lanes', async () => {
    const { upkeep } = anUpkeep();
    let questions = 0;
    bus.connection.subscribe('$JS.API.>', { callback: () => void questions++ });
    const asked = async (): Promise<number> => {
      await upkeep.tend(MOST);
      await bus.connection.flush();
      return questions;
    };
    ahead = HOUR;
    expect(await asked()).toBe(OWN_LANE_NUMBERS.length);
    expect(await asked()).toBe(OWN_LANE_NUMBERS.length);
    ahead += HOUR;
    expect(await asked()).toBe(2 * OWN_LANE_NUMBERS.length);
  });

  it('gives the organisation of the message its lane, and nobody a lane that was lent since', async () => {
    const { upkeep } = anUpkeep();
    const { upkeep: late } = anUpkeep();
    ahead = HOUR;
    const organisation = await sendTo(FIRST);
    await upkeep.tend(MOST);
    const { lanes } = await bus.laneRegister.refresh();
    expect(lanes).toEqual([lane(FIRST, organisation, 'closing')]);
    await record({ lanes: [lane(FIRST, 'org_b', 'open')], ...keptBy('somebody', Date.now() + HOUR) });
    await late.tend(MOST);
    expect((await bus.laneRegister.refresh()).lanes).toEqual([lane(FIRST, 'org_b', 'open')]);
  });
});

test('an accepted start whose confirmation was lost while its organisation moved is its own', async () => {
  const run = aRunRequest({ organisation_id: newId('organisation') });
  const first = await bus.publish(RunRequested, run, { expectLastSequence: 0 });
  await record({ lanes: [lane(FIRST, run.organisation_id, 'open')] });
  // The same message once more, to another lane: as after a confirmation that did not arrive.
  expect(await bus.publish(RunRequested, run, { expectLastSequence: 0 })).toMatchObject({
    sequence: first.sequence,
    duplicate: false,
  });
});
