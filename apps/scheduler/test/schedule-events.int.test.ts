import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EventOccurred,
  EventTypesSnapshot,
  OrganisationSnapshot,
  type EventType,
  type OccurredEvent,
} from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { documentedEvent, waitUntil } from '@millrace/testing';
import { Fixture, type Published } from './scheduler.fixture.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');

let fixture: Fixture;

beforeEach(async () => {
  fixture = await Fixture.open();
});
afterEach(() => fixture.close());

const want = ({ organisation_id }: Published, types: EventType[]) =>
  fixture.bus.snapshots.put(EventTypesSnapshot, { organisation_id }, { organisation_id, types });

async function told({ organisation_id }: Published): Promise<OccurredEvent[]> {
  return (await fixture.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
}

const settled = (workflow: Published) => fixture.settled(workflow);

test('what was missed is announced once, whichever replica decides, and only to who subscribes to it', async () => {
  const since = fixture.now() - 3 * HOUR;
  const configs = [{ interval: '1h', catch_up: 'none' }];
  const [heard, other] = [await fixture.publish(configs, { since }), await fixture.publish(configs, { since })];
  await want(heard, ['schedule.missed']);
  await Promise.all([fixture.start(), fixture.start()]);
  await Promise.all([settled(heard), settled(other)]);
  const events = await waitUntil('the events', async () => {
    const all = await told(heard);
    const { counts } = await fixture.scheduleOf(heard);
    return all.reduce((sum, { data }) => sum + Number(data.count), 0) === counts.missed ? all : undefined;
  });
  expect(events.length).toBeGreaterThan(0);
  for (const event of events) {
    expect(event).toMatchObject({ type: 'schedule.missed', workflow_id: heard.workflow_id, data: { index: 0 } });
    expect(Object.keys(event.data)).toEqual(Object.keys(documentedEvent(page, 'schedule.missed').data));
  }
  expect(await told(other)).toEqual([]);
});

test('what was decided is announced by the next one when the first one died before it did', async () => {
  const since = fixture.now() - 3 * HOUR;
  const workflow = await fixture.publish([{ interval: '1h', catch_up: 'none' }], { since });
  await want(workflow, ['schedule.missed']);
  const broken = await fixture.start((app) => {
    const bus = app.get<NatsBus>(BUS);
    const publish = bus.publish.bind(bus);
    jest.spyOn(bus, 'publish').mockImplementation((message, ...rest) => {
      if ((message as unknown) === EventOccurred) return Promise.reject(new Error('The process is dying'));
      return publish(message, ...rest);
    });
  });
  await waitUntil('the decision', async () => (await fixture.scheduleOf(workflow)).counts.missed > 0);
  await fixture.stop(broken);
  expect(await told(workflow)).toEqual([]);
  await fixture.start();
  const events = await waitUntil('the event', async () => {
    const all = await told(workflow);
    return all.length > 0 ? all : undefined;
  });
  expect(events[0]?.data).toMatchObject({ workflow_id: workflow.workflow_id, index: 0 });
});

test('while nothing can be announced schedules start, and it is announced when it can be', async () => {
  const workflow = await fixture.publish([{ interval: '1s', catch_up: 'none' }], { since: fixture.now() - HOUR });
  await want(workflow, ['schedule.missed']);
  let isBroken = true;
  await fixture.start((app) => {
    const bus = app.get<NatsBus>(BUS);
    const publish = bus.publish.bind(bus);
    jest.spyOn(bus, 'publish').mockImplementation((message, ...rest) => {
      if (isBroken && (message as unknown) === EventOccurred) return new Promise(() => undefined);
      return publish(message, ...rest);
    });
  });
  await waitUntil('a start after what was missed', async () => {
    const { counts } = await fixture.scheduleOf(workflow);
    return counts.missed > 0 && counts.started > 0;
  });
  expect(await fixture.starts(workflow)).not.toEqual([]);
  expect(await told(workflow)).toEqual([]);
  isBroken = false;
  await waitUntil('the event', async () => (await told(workflow)).length > 0);
});

test('that nobody knows who subscribes to what was missed keeps no schedule from starting', async () => {
  const workflow = await fixture.publish([{ interval: '1s', catch_up: 'none' }], { since: fixture.now() - HOUR });
  await fixture.start((app) => {
    const { snapshots } = app.get<NatsBus>(BUS);
    const get = snapshots.get.bind(snapshots);
    jest.spyOn(snapshots, 'get').mockImplementation((snapshot, ...rest) => {
      if ((snapshot as unknown) === EventTypesSnapshot) return Promise.reject(new Error('It cannot be read'));
      return get(snapshot, ...rest);
    });
  });
  await waitUntil('a start after what was missed', async () => {
    const { counts } = await fixture.scheduleOf(workflow);
    return counts.missed > 0 && counts.started > 0;
  });
});

test('a time that is skipped is announced, in the form of the page', async () => {
  const workflow = await fixture.publish([{ interval: '1s', overlap: 'skip' }]);
  await want(workflow, ['schedule.skipped']);
  fixture.goingOn = true;
  await fixture.start();
  const [event] = await waitUntil('a start that is still going on', async () => {
    for (const { execution_id } of await fixture.starts(workflow)) fixture.executions.add(execution_id);
    const all = await told(workflow);
    return all.length > 0 ? all : undefined;
  });
  expect(event).toMatchObject({ type: 'schedule.skipped', data: { workflow_id: workflow.workflow_id, count: 1 } });
  expect(Object.keys(event?.data ?? {})).toEqual(Object.keys(documentedEvent(page, 'schedule.skipped').data));
});

test('starts that are refused are announced once until one takes place again, whichever replica finds it, in the form of the page', async () => {
  const workflow = await fixture.publish([{ interval: '1s', catch_up: 'none' }]);
  const { organisation_id } = workflow;
  const suspend = (suspended: boolean) =>
    fixture.bus.snapshots.put(OrganisationSnapshot, { organisation_id }, { organisation_id, suspended, limits: {} });
  const refused = async () => (await fixture.scheduleOf(workflow)).counts.refused;
  const started = async () => (await fixture.scheduleOf(workflow)).counts.started;
  const refusals = async () => {
    const events = (await told(workflow)).filter(({ type }) => type === 'schedule.refused');
    return [...new Map(events.map((event) => [event.event_id, event])).values()];
  };
  await want(workflow, ['schedule.refused']);
  await suspend(true);
  await Promise.all([fixture.start(), fixture.start()]);
  await waitUntil('three refusals', async () => (await refused()) >= 3);
  const [event, ...more] = await refusals();
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    workflow_id: workflow.workflow_id,
    data: { workflow_id: workflow.workflow_id, index: 0, count: 1, code: 'ORGANISATION_SUSPENDED' },
  });
  expect(Object.keys(event?.data ?? {})).toEqual(Object.keys(documentedEvent(page, 'schedule.refused').data));

  await suspend(false);
  await waitUntil('a start', async () => (await started()) > 0);
  await suspend(true);
  const before = await refused();
  await waitUntil('refusals after that', async () => (await refused()) >= before + 3);
  expect(await refusals()).toHaveLength(2);
});
