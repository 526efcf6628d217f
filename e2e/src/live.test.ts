import type { JournalEvent, JournalPage } from '@millrace/contracts';
import { ApiClient, type Refusal } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { LiveClient, type StreamEvent } from './support/live-client.js';
import { killHard, OTHER_TOKEN, processIds } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * Who follows an execution gets everything once and in order, whenever he attaches and whatever is killed meanwhile.
 */

const api = new ApiClient();
const STEPS = [1, 2, 3, 4, 5];
let service: CountingService;

beforeAll(async () => {
  service = await CountingService.start();
});
afterAll(() => service.stop());
afterEach(() => service.answerWith(() => undefined));

const fiveCalls = () => ({
  name: 'Five calls',
  trigger: { type: 'webhook' },
  steps: STEPS.map((n) => ({
    id: `call_${n}`,
    type: 'http',
    config: { method: 'POST', url: `${service.url}/{{input.run}}/${n}` },
  })),
});

async function replaced(name: 'executor' | 'gateway' | 'history'): Promise<void> {
  const before = killHard(`service:${name}`);
  await eventually(`another ${name} runs`, () =>
    processIds()[`service:${name}`] === before ? undefined : processIds()[`service:${name}`],
  );
  await allReady();
}

async function recorded(id: string): Promise<readonly JournalEvent[]> {
  return (await api.expect<JournalPage>(200, 'GET', `/executions/${id}/journal?limit=100`)).events;
}

const placesOf = (events: readonly StreamEvent[]) => events.map(({ event, id }) => [id, event]);

/** Follows to the end, and goes on whenever a stream is cut. */
async function followed(path: string, first: LiveClient): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  let lastEventId = '';
  let client: LiveClient | undefined = first;
  for (;;) {
    await client?.untilOver();
    events.push(...(client?.events ?? []));
    lastEventId = client?.lastEventId || lastEventId;
    if (client?.status === 204 || ['completed', 'failed'].includes(events.at(-1)?.event ?? '')) return events;
    client = await LiveClient.open(path, { lastEventId }).catch(() => undefined);
    if (client === undefined) await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

it('over the death of the executor and of the gateway it is sent once and in order, whoever attaches when', async () => {
  const workflow = await api.create(fiveCalls());
  let release: (() => void) | undefined;
  let isHeld = true;
  service.answerWith(({ path }) => {
    if (!path.endsWith('/3') || !isHeld) return undefined;
    return new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
  });
  const { id } = await api.execute(workflow.id, { run: 'live' });
  const path = `/executions/${id}/events`;
  const early = await LiveClient.open(path);
  await early.untilEvent(({ data }) => data['path'] === 'call_3');
  const whole = followed(path, early);
  await replaced('executor');
  const middle = await LiveClient.open(path, { lastEventId: early.events[2]?.id ?? '' });
  const rest = followed(path, middle);
  await eventually('the call is made again', () => service.callsTo('/live/3').length > 1 || undefined, {
    timeoutMs: 60_000,
  });
  await replaced('gateway');
  isHeld = false;
  release?.();
  await api.ended(id, 110_000);

  const journal = (await recorded(id)).map((event) => [event.id, event.type]);
  expect(placesOf(await whole)).toEqual(journal);
  expect(placesOf(await rest)).toEqual(journal.slice(3));
  expect(journal.map(([, type]) => type)).toContain('resumed');
  const late = await LiveClient.open(path);
  await late.untilOver();
  expect(placesOf(late.events)).toEqual(journal);
  // What happened to a step is shown, and not what it worked with.
  expect(late.events.find(({ event }) => event === 'step_completed')?.data).toMatchObject({
    path: 'call_1',
    step_type: 'http',
    attempt: 1,
    duration_ms: expect.any(Number) as number,
  });
  expect(JSON.stringify(late.events)).not.toContain('/live/');
});

it('while history is away a stream waits for it', async () => {
  const workflow = await api.create({
    name: 'A moment',
    trigger: { type: 'webhook' },
    steps: [{ id: 'moment', type: 'wait', config: { duration: '5s' } }],
  });
  const { id } = await api.execute(workflow.id);
  const client = await LiveClient.open(`/executions/${id}/events`);
  await client.untilEvent(({ event }) => event === 'suspended');
  await replaced('history');
  await client.untilOver();
  expect(client.events.map(({ event }) => event)).toEqual([
    'started',
    'step_waiting',
    'suspended',
    'woken',
    'step_completed',
    'completed',
  ]);
});

it('to others there is no such execution', async () => {
  const workflow = await api.create(fiveCalls());
  const { id } = await api.execute(workflow.id, { run: 'foreign' });
  await api.ended(id);
  const other = new ApiClient(OTHER_TOKEN);
  const refused = await other.call<Refusal>('GET', `/executions/${id}/events`);
  expect([refused.status, refused.body.error.code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
});

it('sends what a model writes while it writes it, and who follows later nothing of that', async () => {
  const prompt = `What is it? ${'It is long. '.repeat(20)}`;
  // It is followed before the model is asked.
  const waits = { id: 'hold', type: 'wait', config: { signal: 'go' } };
  const { id } = await api.create({
    name: 'Asks',
    steps: [waits, { id: 'ask', type: 'ai_completion', config: { prompt } }],
  });
  const started = await api.expect<{ id: string }>(202, 'POST', `/workflows/${id}/execute`, { json: {} });
  const path = `/executions/${started.id}/events`;
  const client = await LiveClient.open(path);
  await eventually('it is followed', () => (client.events.length > 0 ? true : undefined));
  await api.expect(202, 'POST', `/executions/${started.id}/signals/go`, { json: {} });
  const events = await followed(path, client);
  const texts = events
    .filter(({ event }) => event === 'text')
    .map(({ data }) => data as { text: string; offset: number });
  const step = await api.expect<{ output: string }>(200, 'GET', `/executions/${started.id}/steps/ask`);
  expect(texts.map(({ text }) => text).join('')).toBe(step.output);
  expect(texts[0]?.offset).toBe(0);
  expect(texts.length).toBeGreaterThan(1);
  const later = await followed(path, await LiveClient.open(path));
  expect(later.map(({ event }) => event)).toEqual(events.map(({ event }) => event).filter((event) => event !== 'text'));
});
