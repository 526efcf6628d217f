import { LIMITS, LISTENED_FOR_MS, type ShownCall } from '@millrace/contracts';
import { ListeningFeed } from './listening-feed.js';

let heard: ((subject: string, open: () => Promise<ShownCall>) => void) | undefined;
let told: number;
const bus = {
  tell: () => {
    told += 1;
    return Promise.resolve();
  },
  hear: (_: unknown, listener: { heard: typeof heard }) => {
    heard = listener.heard;
    return Promise.resolve(() => undefined);
  },
};
const wake = jest.fn();
let feed: ListeningFeed;

beforeEach(async () => {
  jest.useFakeTimers();
  wake.mockClear();
  told = 0;
  feed = new ListeningFeed(bus as never, { organisationId: 'org_a', webhookId: 'wh_a', listeningMs: 60_000 });
});
afterEach(() => jest.useRealTimers());

const types = async () => [...(await feed.next()).text.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type);

const callThat = (passed: boolean | null, method = 'POST') =>
  ({ method, checks: { passed } }) as unknown as ShownCall['call'];

it('says again and again that it listens, so often that dispatchers do not forget it, and stops when it is over', async () => {
  const end = await feed.follow(wake);
  await jest.advanceTimersByTimeAsync(LISTENED_FOR_MS - 1);
  expect(told).toBeGreaterThanOrEqual(3);
  end();
  const before = told;
  await jest.advanceTimersByTimeAsync(2 * LISTENED_FOR_MS);
  expect(told).toBe(before);
});

it('ends when its time is over', async () => {
  await feed.follow(wake);
  expect(await types()).toEqual(['listening']);
  await jest.advanceTimersByTimeAsync(59_999);
  expect(wake).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  expect(wake).toHaveBeenCalledTimes(1);
  const last = await feed.next();
  expect([last.ended, last.text.includes('"reason":"time"')]).toEqual([true, true]);
});

it('shows some of the calls that lack what the trigger requires, and goes on for the others', async () => {
  await feed.follow(wake);
  await feed.next();
  let [shown, missed] = [0, 0];
  /** Whether the stream has ended. */
  const ends = async (passed: boolean | null): Promise<boolean> => {
    heard?.('', () => Promise.resolve({ listener_id: 'evt_a', call: callThat(passed), missed: 0 }));
    await jest.advanceTimersByTimeAsync(0);
    const { text, ended } = await feed.next();
    if (text.includes('event: call')) shown++;
    if (text.includes('"type":"missed","count":1')) missed++;
    return ended;
  };
  for (let sent = 0; sent < 3 * LIMITS.listenedCalls; sent++) expect(await ends(false)).toBe(false);
  expect([shown, missed]).toEqual([LIMITS.listenedLackingCalls, 3 * LIMITS.listenedCalls - shown]);
  while (shown < LIMITS.listenedCalls - 1) expect(await ends(shown % 2 === 0 ? true : null)).toBe(false);
  expect(await ends(true)).toBe(true);
});

it('holds a few calls for a client that takes none, and says how many it has missed', async () => {
  await feed.follow(wake);
  const call = callThat(null);
  for (let sent = 0; sent < LIMITS.listenedCallsWaiting + 7; sent++)
    heard?.('', () => Promise.resolve({ listener_id: 'evt_a', call, missed: 0 }));
  await jest.advanceTimersByTimeAsync(0);
  const { text } = await feed.next();
  expect(text.match(/^event: call$/gm)).toHaveLength(LIMITS.listenedCallsWaiting);
  expect(text).toContain('"type":"missed","count":7');
  expect(await types()).toEqual([]);
});

it('holds as many bytes for it, counts what is larger, and gives ids in the order in which it is sent', async () => {
  await feed.follow(wake);
  const call = callThat(null, 'ä'.repeat(LIMITS.listenedBytesWaiting / 8));
  for (let sent = 0; sent < 5; sent++)
    heard?.('', () => Promise.resolve({ listener_id: 'evt_a', call, missed: sent === 0 ? 2 : 0 }));
  await jest.advanceTimersByTimeAsync(0);
  const { text } = await feed.next();
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LIMITS.listenedBytesWaiting + 1_000);
  const told = [...text.matchAll(/^event: (\w+)\nid: (\d+)$/gm)].map(([, type, id]) => [type, id]);
  const expected = ['listening', 'missed', 'call', 'call', 'call', 'missed'];
  expect(told).toEqual(expected.map((type, index) => [type, String(index + 1)]));
  expect(text).toContain('"type":"missed","count":2}');
  // Room again, as it was taken.
  heard?.('', () => Promise.resolve({ listener_id: 'evt_a', call, missed: 0 }));
  await jest.advanceTimersByTimeAsync(0);
  expect(await types()).toEqual(['call']);
});
