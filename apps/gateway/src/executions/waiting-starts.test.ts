import { EventEmitter } from 'node:events';
import { executionEndpoints, type ExecutionAccepted, type ExecutionResource } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { silentLogger } from '@millrace/service-kit/logging';
import { ExecutionWaits } from './execution-waits.js';
import { WaitingStarts, type WaitingStart } from './waiting-starts.js';

const EXECUTION = executionEndpoints.get.answer.example;
const ACCEPTED: ExecutionAccepted = {
  id: EXECUTION.id,
  execution_id: EXECUTION.id,
  status: 'running',
  started_at: EXECUTION.completed_at,
  workflow_id: EXECUTION.workflow_id,
};

/** Starts on a history that shows the end of an execution only when it is asked for the `late`-th time. */
function startsWith(late: number) {
  const asked = { times: 0 };
  const bus = {
    request: () => Promise.resolve({ ...EXECUTION, status: ++asked.times < late ? 'running' : 'completed' }),
  } as unknown as Bus;
  const waits = new ExecutionWaits(bus, { all: 1, perOrganisation: 1 }, silentLogger());
  return { starts: new WaitingStarts(waits, bus, silentLogger()), waits, asked };
}

/** A start whose end comes before it is waited for. */
function endedStart(waits: ExecutionWaits, waitMs: number): WaitingStart & { status: number[] } {
  const status: number[] = [];
  const response = Object.assign(new EventEmitter(), { status: (code: number) => status.push(code) });
  const expect = waits.expect.bind(waits);
  waits.expect = (wait, id) => {
    expect(wait, id);
    wait.end('finished');
  };
  const begin: WaitingStart['begin'] = (chosen) => {
    chosen?.(ACCEPTED.id);
    return Promise.resolve({ accepted: ACCEPTED, repeated: false });
  };
  return { organisationId: 'org_a', waitMs, begin, request: {}, response, status } as unknown as WaitingStart & {
    status: number[];
  };
}

test('an execution that has ended is read again while history still shows it running', async () => {
  const { starts, waits, asked } = startsWith(3);
  const start = endedStart(waits, 600_000);
  expect((await starts.answerWhenEnded(start)) as ExecutionResource).toMatchObject({ status: 'completed' });
  expect([asked.times, start.status]).toEqual([3, [200]]);
});

test('it is read a number of times at most, and then the response is as for one that is accepted', async () => {
  const { starts, waits, asked } = startsWith(Infinity);
  expect(await starts.answerWhenEnded(endedStart(waits, 600_000))).toBe(ACCEPTED);
  expect(asked.times).toBe(20);
});

test('it is not read again when the time to wait is over', async () => {
  const { starts, waits, asked } = startsWith(2);
  expect(await starts.answerWhenEnded(endedStart(waits, 0))).toBe(ACCEPTED);
  expect(asked.times).toBe(1);
});

test('whatever fails once the execution is accepted, the answer says that it is, and the place is free again', async () => {
  const { starts, waits } = startsWith(1);
  const start = endedStart(waits, 600_000);
  start.response.status = () => {
    throw new RangeError('no such status');
  };
  expect(await starts.answerWhenEnded(start)).toBe(ACCEPTED);
  expect(waits.open('org_a')).not.toBeNull();
  expect(start.response.listenerCount('close')).toBe(0);
});

test('an organisation has its share of the places, others have the rest, and one that is given back is free', () => {
  const waits = new ExecutionWaits({} as Bus, { all: 3, perOrganisation: 2 }, silentLogger());
  const own = [waits.open('org_a'), waits.open('org_a')];
  expect(own).not.toContain(null);
  expect(waits.open('org_a')).toBeNull();
  expect(waits.open('org_b')).not.toBeNull();
  expect(waits.open('org_c')).toBeNull();
  for (const wait of own) if (wait !== null) waits.close(wait);
  expect(waits.open('org_c')).not.toBeNull();
  expect(waits.open('org_a')).not.toBeNull();
});
