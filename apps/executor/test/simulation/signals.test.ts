import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { SeededRandom } from '@millrace/testing';
import type { SourceProgram } from './program-generator.js';
import { expectOften, expectSteps, FIRST_SEED, scaled } from './steps.fixture.js';
import { World } from './world.js';

const ROUNDS = scaled(1_000);
const MOST_DELIVERIES = 1_000;
const SECOND = 1_000;

jest.setTimeout(600_000);

const wait = (id: string, signal: string, timeout?: string) => ({
  id,
  type: 'wait',
  config: { signal, ...(timeout === undefined ? {} : { timeout }) },
});
const call = (id: string) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: 'http://simulated.example/call' },
  on_error: 'continue',
});
const pause = { id: 'pause', type: 'wait', config: { duration: '7s' } };
const branches = [
  { steps: [wait('go_on', 'go')] },
  { steps: [call('before'), wait('other', 'other'), call('behind')] },
  { steps: [pause, call('late')] },
];
const STEPS = [
  wait('first', 'go', '20s'),
  call('call'),
  { id: 'all', type: 'parallel', config: { branches } },
  { id: 'each', type: 'loop', config: { items: [1, 2, 3], concurrency: 2, steps: [wait('piece', 'item')] } },
  wait('last', 'go', '1s'),
];
const SENT = ['go', 'go', 'other', 'item', 'item', 'item', 'go'];

/** Delivers each message until nothing will ever happen any more. */
async function deliverAll(world: World, random: SeededRandom): Promise<void> {
  for (let delivery = 1; delivery <= MOST_DELIVERIES; delivery++) {
    world.passIdleTime();
    const message = world.nextMessage();
    if (message === null) return;
    // Of an execution that was woken, all that is in its journal may have aged out.
    if (message > 0 && random.chance(0.3)) world.dropEntries(world.entries.length);
    await world.passTime(world.startExecutor(message).ended);
  }
  throw new Error(`Messages come again and again: ${JSON.stringify(world.events.slice(-10))}`);
}

interface Sent {
  readonly name: string;
  readonly id: string;
}

async function simulate(seed: number): Promise<{ world: World; sent: Sent[] }> {
  const random = new SeededRandom(seed);
  const document = { name: 'Signals', trigger: { type: 'webhook', config: {} }, steps: STEPS, settings: {} };
  const world = new World({ seed, document, input: {}, concurrent: true } as unknown as SourceProgram);
  const sent: Sent[] = [];
  const behind = new Map<string, number>();
  const send = (name: string, key: string): void => {
    if (!behind.delete(key)) return;
    const id = world.signal(name, { nudged: random.chance(0.7) });
    if (id !== null) sent.push({ name, id });
  };
  SENT.forEach((name, index) => {
    const key = `${name} ${index}`;
    // Some just behind an entry, when the run has decided what to append next; many of the others at about the time-out of the first wait.
    behind.set(key, random.chance(0.5) ? 1 + random.below(25) : Infinity);
    const at = random.chance(0.4) ? 19_950 + random.below(150) : 50 + random.below(40 * SECOND);
    world.after(behind.get(key) === Infinity ? at : 45 * SECOND, () => send(name, key));
  });
  world.onEntry = (count) => {
    for (const [key, entry] of behind)
      if (count >= entry) world.after(random.below(4), () => send(key.split(' ')[0] ?? '', key));
  };
  for (let kills = random.below(3); kills > 0; kills--)
    world.after(50 + random.below(40 * SECOND), () => world.killAll());
  await deliverAll(world, random);
  return { world, sent };
}

function check(world: World, sent: readonly Sent[]): void {
  expect(world.violations).toEqual([]);
  const { events } = world;
  expect(events.filter(isEnd)).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: 'completed' });
  expectNoSuspensionBehindItsSignal(events);
  const results = events.filter(isResult);
  expect(new Set(results.map(({ path }) => path)).size).toBe(results.length);
  for (const name of ['go', 'other', 'item']) {
    const waits = results.filter(({ output }) => signalOf(output) === name);
    const ended = waits.filter(({ signal_id }) => signal_id !== undefined);
    // Each one once, in the order in which they came, and none is passed over.
    const inOrder = sent.filter((one) => one.name === name).map(({ id }) => id);
    expect(ended.map(({ signal_id }) => signal_id)).toEqual(inOrder.slice(0, ended.length));
    for (const { output, signal_id } of waits)
      expect(output).toMatchObject({ payload: signal_id ?? null, timed_out: signal_id === undefined });
  }
}

/** Nobody would wake it for what was there before. */
function expectNoSuspensionBehindItsSignal(events: readonly ExecutionEvent[]): void {
  const awaited = new Map<string, unknown>();
  const kept = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'signal_received') kept.set(event.signal_id ?? '', event.signal ?? '');
    else if (event.type === 'step_waiting')
      awaited.set(event.path, (event.frozen as { signal?: string } | undefined)?.signal);
    else if (event.type === 'step_completed') {
      awaited.delete(event.path);
      if (event.signal_id !== undefined) kept.delete(event.signal_id);
    } else if (event.type === 'suspended') {
      const names = new Set(kept.values());
      expect([...awaited.values()].filter((name) => names.has(String(name)))).toEqual([]);
    }
  }
}

function isResult(event: ExecutionEvent): event is Extract<ExecutionEvent, { type: 'step_completed' }> {
  return event.type === 'step_completed';
}

function signalOf(output: unknown): unknown {
  return typeof output === 'object' && output !== null && 'signal' in output ? output.signal : null;
}

it('signals are given once, in order, and to one wait each, however they, timeouts and crashes come together', async () => {
  const seen = { timedOut: 0, received: 0, woken: 0, kept: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
    try {
      const { world, sent } = await simulate(seed);
      check(world, sent);
      const results = world.events.filter(isResult).filter(({ output }) => signalOf(output) !== null);
      const received = results.filter(({ signal_id }) => signal_id !== undefined).length;
      seen.received += received;
      seen.timedOut += results.length - received;
      seen.kept += sent.length - received;
      seen.woken += world.events.filter(({ type }) => type === 'woken').length;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`Seed ${seed} (MILLRACE_SIMULATION_SEED=${seed}):\n${message}`, { cause: error });
    }
  }
  expectOften(seen.received, 3_000);
  for (const times of [seen.timedOut, seen.kept, seen.woken]) expectOften(times, 100);
});

expectSteps(72_000);
