import { LIMITS, ReadLiveEvents, type LiveEvent, type WrittenText } from '@millrace/contracts';
import { ExecutionFeed } from './execution-feed.js';
import { journalIdOf } from './journal-ids.js';
import { PlaceIds } from './place-ids.js';

const AT = '2026-11-27T09:00:00.000Z';
let heard: ((subject: string, open: () => Promise<WrittenText>) => void) | undefined;
let recorded: LiveEvent[];
let asked: number;
const bus = {
  subjects: { follow: () => Promise.resolve(() => undefined) },
  hear: (_: unknown, listener: { heard: typeof heard }) => {
    heard = listener.heard;
    return Promise.resolve(() => undefined);
  },
  tell: () => Promise.resolve(),
  request: (definition: unknown, { after }: { after?: string }) => {
    expect(definition).toBe(ReadLiveEvents);
    asked++;
    const events = recorded.slice(recorded.findIndex(({ id }) => id === after) + 1);
    return Promise.resolve({ events, has_more: false, ended: false });
  },
};
const places = new PlaceIds(Buffer.alloc(32), { organisationId: 'org_a', executionId: 'exec_1' });
let feed: ExecutionFeed;
let end: () => void;

beforeEach(async () => {
  [recorded, asked] = [[], 0];
  feed = new ExecutionFeed(bus as never, {
    ...{ organisationId: 'org_a', executionId: 'exec_1', after: undefined, requestId: 'req_1', places },
  });
  end = await feed.follow(() => undefined);
});
afterEach(() => end());

const happen = (id: string, type: string, path = 'ask') => void recorded.push({ id, type, at: AT, path });
async function write(text: string, path = 'ask'): Promise<void> {
  const of = { follower_id: 'evt_1', at: AT, path, step_type: 'ai_completion', attempt: 1, call: 1, offset: 0 };
  heard?.('', () => Promise.resolve({ ...of, text }));
  await Promise.resolve();
}
const types = async () => [...(await feed.next()).text.matchAll(/^event: (\w+)\nid: (\S+)$/gm)].map(seen);

/** The type of a frame, and what its id says. */
function seen([, type, id = '']: RegExpMatchArray): (string | undefined)[] {
  const place = places.placeOf(id);
  return [type, place === null ? undefined : journalIdOf(place)];
}

it('what is written comes before the end of its step, and behind all else that is sent with it', async () => {
  happen('1-0', 'started');
  await types();
  happen('2-0', 'step_started');
  happen('2-1', 'step_completed', 'other');
  happen('3-0', 'step_completed');
  await write('of the step');
  await write('of another one', 'more');
  // The first read had not found what is stored since.
  await types();
  const feedAgain = new ExecutionFeed(bus as never, {
    ...{ organisationId: 'org_a', executionId: 'exec_1', after: '1-0', requestId: 'req_1', places },
  });
  const endAgain = await feedAgain.follow(() => undefined);
  await write('of the step');
  await write('of another one', 'more');
  const told = [...(await feedAgain.next()).text.matchAll(/^event: (\w+)\nid: (\S+)$/gm)].map(seen);
  endAgain();
  expect(told).toEqual([
    ['step_started', '2-0'],
    ['step_completed', '2-1'],
    ['text', '2-1'],
    ['step_completed', '3-0'],
    ['text', '3-0'],
  ]);
});

it('texts alone are sent without a question to history, and before any event nothing', async () => {
  await write('too early');
  expect(await types()).toEqual([]);
  happen('1-0', 'started');
  await feed.next();
  const before = asked;
  await write('now');
  expect(await types()).toEqual([['text', '1-0']]);
  expect(asked).toBe(before);
});

it('no more waits for a client than it may', async () => {
  happen('1-0', 'started');
  await feed.next();
  const piece = 'x'.repeat(LIMITS.liveTextPiece);
  const most = LIMITS.liveTextWaiting / LIMITS.liveTextPiece;
  for (let written = 0; written < most + 5; written++) await write(piece);
  expect((await types()).length).toBe(most);
  await write(piece);
  expect(await types()).toHaveLength(1);
});
