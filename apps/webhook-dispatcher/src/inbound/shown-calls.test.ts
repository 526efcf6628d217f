import { AppError, LIMITS, type ShownCall, type WebhookSnapshotValue } from '@millrace/contracts';
import { CallListener } from './call-listeners.js';
import { MissedCalls } from './missed-calls.js';
import { ShownCalls, type ShownOutcome } from './shown-calls.js';

const WEBHOOK = {
  webhook_id: 'wh_a',
  organisation_id: 'org_a',
  required_headers: { 'x-key': '{{secrets.key}}' },
} as unknown as WebhookSnapshotValue;
const CALL = { webhook_id: 'wh_a', method: 'POST', headers: {} };
const OUTCOME: ShownOutcome = {
  verdict: 'accepted',
  status: 202,
  code: null,
  message: null,
  execution_id: null,
  isVerified: true,
};

let told: ShownCall[];
let read: jest.Mock;
let tell: jest.Mock;
let missed: MissedCalls;
let shown: ShownCalls;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'], now: 1_000_200 });
  told = [];
  read = jest.fn(() => Promise.resolve({}));
  tell = jest.fn((_: unknown, payload: ShownCall) => Promise.resolve(void told.push(payload)));
  const bus = { tell } as never;
  const clock = () => Date.now();
  const listeners = { of: () => both } as never;
  const both = [new CallListener('one', 'org_a', 2_000_000), new CallListener('two', 'org_a', 2_000_000)];
  const logger = { warn: () => undefined } as never;
  missed = new MissedCalls(bus, clock);
  shown = new ShownCalls(bus, clock, logger, listeners, missed, { read, readFormer: read } as never);
});
afterEach(() => {
  missed.onModuleDestroy();
  jest.useRealTimers();
});

/** Lets all that has begun end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
}
async function show(calls: number, outcome = OUTCOME): Promise<void> {
  for (let each = 0; each < calls; each++) shown.show(WEBHOOK, CALL, outcome);
  await settle();
}
const counts = (id: string) =>
  told.filter(({ listener_id }) => listener_id === id).map((each) => [each.call !== undefined, each.missed]);

it('reports with the next second how many calls were missed, though no other call comes', async () => {
  await show(LIMITS.listenedCallsPerSecond + 4);
  expect(counts('one')).toHaveLength(LIMITS.listenedCallsPerSecond);
  await jest.advanceTimersByTimeAsync(799);
  expect(counts('one')).toHaveLength(LIMITS.listenedCallsPerSecond);
  await jest.advanceTimersByTimeAsync(1);
  for (const id of ['one', 'two']) expect(counts(id).at(-1)).toEqual([false, 4]);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(told).toHaveLength(2 * (LIMITS.listenedCallsPerSecond + 1));
});

it('keeps room in each second for calls that have what the trigger requires', async () => {
  const lacking: ShownOutcome = { ...OUTCOME, verdict: 'refused', code: 'UNAUTHORIZED', isVerified: false };
  await show(3 * LIMITS.listenedCallsPerSecond, lacking);
  expect(counts('one')).toHaveLength(LIMITS.listenedLackingCallsPerSecond);
  await show(LIMITS.listenedCallsPerSecond);
  const others = told.filter(({ listener_id, call }) => listener_id === 'one' && call?.verdict === 'accepted');
  expect(others).toHaveLength(LIMITS.listenedCallsPerSecond - LIMITS.listenedLackingCallsPerSecond);
});

it('counts a call that could not be masked as missed', async () => {
  read.mockRejectedValueOnce(new AppError('SERVICE_UNAVAILABLE'));
  await show(1);
  expect(told).toEqual([]);
  await jest.advanceTimersByTimeAsync(1_000);
  for (const id of ['one', 'two']) expect(counts(id)).toEqual([[false, 1]]);
});

it('counts for those alone whom it could not be sent, and reports it when it can', async () => {
  const away = () => Promise.reject(new AppError('SERVICE_UNAVAILABLE'));
  tell.mockImplementationOnce((_: unknown, payload: ShownCall) => Promise.resolve(void told.push(payload)));
  tell.mockImplementationOnce(away).mockImplementationOnce(away);
  await show(1);
  expect([counts('one'), counts('two')]).toEqual([[[true, 0]], []]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(counts('two')).toEqual([]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect([counts('one'), counts('two')]).toEqual([[[true, 0]], [[false, 1]]]);
});
