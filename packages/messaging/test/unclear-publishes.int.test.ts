import { newId, RunRequested, type RunRequest } from '@millrace/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import { aRunRequest, startNats, type OwnServer } from '@millrace/testing';
import { connectBus, PublishRefusedError, silentLogger, type NatsBus } from '../src/index.js';
import { NoReplyError } from '../src/reply-mux.js';
import type { ServerError } from '../src/storage/storage-full.js';

let nats: OwnServer;
let bus: NatsBus;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'unclear', logger: silentLogger });
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const FULL = { code: 500, err_code: 10077, description: 'maximum messages exceeded' };
const REFUSED = { code: 400, err_code: 10054, description: 'message size exceeds maximum allowed' };

const aLargeRun = (): RunRequest => aRunRequest({ input: { text: 'x'.repeat(1_000_000) } });

/** What becomes of the next publishes: an error of the server; or what happens after a message is stored and before it is tried again. */
function theServer(...answers: (ServerError | (() => Promise<void>))[]): void {
  const request = bus.replies.request.bind(bus.replies);
  jest.spyOn(bus.replies, 'request').mockImplementation(async (subject, ...rest) => {
    const next = answers.shift();
    if (next !== undefined && typeof next !== 'function')
      return { data: Buffer.from(JSON.stringify({ error: next })) } as unknown as Msg;
    const answer = await request(subject, ...rest);
    if (next === undefined) return answer;
    await next();
    throw new NoReplyError('timeout', subject);
  });
}

const nothing = (): Promise<void> => Promise.resolve();

/** Consumes the message of a run, and stores another one on its subject. */
async function follow(run: RunRequest): Promise<void> {
  const sequence = (await bus.lastOnSubject(RunRequested, run))?.sequence ?? 0;
  await (await jetstreamManager(bus.connection)).streams.deleteMessage('RUNS', sequence);
  // With another id: the server knows that of what was consumed.
  const options = { expectLastSequence: 0, messageId: newId('execution') };
  await bus.publish(RunRequested, { ...run, input: 'of another' }, options);
}

it.each([FULL, REFUSED])(
  'a refusal after an attempt without an answer is unclear: the payload stays (%j)',
  async (no) => {
    const run = aLargeRun();
    const discarded = jest.spyOn(bus.payloads, 'discard');
    theServer(nothing, no);
    await expect(bus.publish(RunRequested, run)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(discarded).not.toHaveBeenCalled();
    expect((await bus.lastOnSubject(RunRequested, run))?.payload).toEqual(run);
  },
);

it('a refusal of the first attempt is certain, and the payload goes', async () => {
  const discarded = jest.spyOn(bus.payloads, 'discard');
  theServer(FULL, REFUSED);
  await expect(bus.publish(RunRequested, aLargeRun())).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  await expect(bus.publish(RunRequested, aLargeRun())).rejects.toThrow(PublishRefusedError);
  expect(discarded).toHaveBeenCalledTimes(2);
});

it('a wrong sequence after an attempt without an answer is unclear: what that stored may be consumed', async () => {
  const run = aLargeRun();
  const discarded = jest.spyOn(bus.payloads, 'discard');
  theServer(() => follow(run));
  const publish = () => bus.publish(RunRequested, run, { expectLastSequence: 0 });
  await expect(publish()).rejects.toMatchObject({ name: 'WrongSequenceError', certain: false });
  expect(discarded).not.toHaveBeenCalled();
  await expect(publish()).rejects.toMatchObject({ name: 'WrongSequenceError', certain: true });
  expect(discarded).toHaveBeenCalledTimes(1);
});
