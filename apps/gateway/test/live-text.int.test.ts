import {
  ExecutionFollowed,
  newId,
  ReadLiveEvents,
  TextWritten,
  type LiveEvent,
  type WrittenText,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { toldId } from '../src/live/journal-ids.js';
import { LIVE_BOUNDS } from '../src/live/live-bounds.js';
import { PlaceKeys } from '../src/live/place-keys.js';
import { refuse, startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';
import { StreamClient } from './live.fixture.js';

/* What models write, on the stream of their execution. */

const AT = '2026-11-27T09:00:00.000Z';
let gateway: RunningGateway;
/** In the place of history and of an executor. */
let others: NatsBus;
let execution: string;
let recorded: LiveEvent[];
let reads: number;
let followers: { follower_id: string; organisation_id: string; execution_id: string; ended?: boolean | undefined }[];
let client: StreamClient;

beforeAll(async () => {
  gateway = await startGateway({ liveBounds: { ...LIVE_BOUNDS, readGapMs: 5 } });
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  others.connection.subscribe(ReadLiveEvents.subject, {
    callback: (_, message) => {
      const question = message.json<{ execution_id: string; after?: string }>();
      if (question.execution_id !== execution) return refuse(message, 'EXECUTION_NOT_FOUND');
      reads += 1;
      const events = recorded.slice(recorded.findIndex(({ id }) => id === question.after) + 1);
      const ended = recorded.at(-1)?.type === 'completed';
      message.respond(JSON.stringify({ events, has_more: false, ended }));
    },
  });
  await others.hear(ExecutionFollowed, { heard: (_, open) => void open().then((told) => followers.push(told)) });
});
afterAll(async () => {
  await others?.close();
  await gateway?.stop();
});
beforeEach(async () => {
  [execution, recorded, reads, followers] = [newId('execution'), [], 0, []];
  recorded.push({ id: '1-0', type: 'started', at: AT }, { id: '1-1', type: 'step_started', at: AT, path: 'ask' });
  client = await StreamClient.open(`${gateway.url}/v1/executions/${execution}/events`, TOKEN);
  await waitUntil('it is followed', () => Promise.resolve(followers.length > 0 && client.events.length === 2));
});
afterEach(() => client.close());

const write = (text: string, offset = 0, rest: Partial<WrittenText> = {}) =>
  others.tell(TextWritten, {
    follower_id: followers[0]?.follower_id ?? '',
    ...{ at: AT, path: 'ask', step_type: 'ai_completion', attempt: 1, call: 1, offset, text },
    ...rest,
  });
const texts = () => client.events.flatMap(({ event, data }) => (event === 'text' ? [data['text']] : []));

it('comes as it is written, without that anything is read for it, and leaves the place where one goes on', async () => {
  expect(followers[0]).toMatchObject({ organisation_id: 'org_a', execution_id: execution });
  await write('Good ');
  await waitUntil('it is sent', () => Promise.resolve(texts().length === 1 || null));
  const before = reads;
  await write('day', 5);
  await waitUntil('more is sent', () => Promise.resolve(texts().length === 2 || null));
  expect(texts()).toEqual(['Good ', 'day']);
  expect(reads).toBe(before);
  const id = toldId(await new PlaceKeys(gateway.bus).of({ organisationId: 'org_a', executionId: execution }), '1-1');
  expect(client.lastEventId).toBe(id);
  expect(client.events.at(-1)?.data).toEqual({
    ...{ id, type: 'text', at: AT, path: 'ask', step_type: 'ai_completion', attempt: 1, call: 1 },
    ...{ offset: 5, text: 'day' },
  });
});

it('ends with its stream: executors are notified', async () => {
  client.close();
  const [first] = followers;
  await waitUntil('it is followed no more', () =>
    Promise.resolve(followers.find((one) => one.ended === true && one.follower_id === first?.follower_id)),
  );
});
