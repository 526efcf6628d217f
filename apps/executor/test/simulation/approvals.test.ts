import { isEnd, type ExecutionEvent } from '@millrace/contracts';
import { SeededRandom } from '@millrace/testing';
import type { SourceProgram } from './program-generator.js';
import { expectOften, expectSteps, FIRST_SEED, scaled } from './steps.fixture.js';
import { World } from './world.js';

const ROUNDS = scaled(1_000);
const MOST_DELIVERIES = 1_000;
const SECOND = 1_000;
const MOST_REMINDERS = 2;
const PEOPLE = Array.from({ length: 4 }, (_, number) => `person-${number}@example.com`);

jest.setTimeout(600_000);

const ask = (id: string, expires_in: string, required = 1, mails: object = {}) => ({
  id,
  type: 'approval',
  config: {
    ...{ message: `May ${id}?`, required, expires_in, remind_every: '6s', max_reminders: MOST_REMINDERS },
    ...mails,
  },
});
const call = (id: string) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: 'http://simulated.example/call' },
  on_error: 'continue',
});
const branches = [
  { steps: [ask('several', '20s', 3)] },
  { steps: [call('before'), ask('other', '30s', 2, { approvers: PEOPLE, email: {} }), call('behind')] },
  { steps: [{ id: 'pause', type: 'wait', config: { duration: '7s' } }, call('late')] },
];
const STEPS = [
  ask('first', '20s'),
  call('call'),
  { id: 'all', type: 'parallel', config: { branches } },
  ask('last', '1s', 2),
];

/** Delivers each message until nothing will ever happen any more. */
async function deliverAll(world: World): Promise<void> {
  for (let delivery = 1; delivery <= MOST_DELIVERIES; delivery++) {
    world.passIdleTime();
    const message = world.nextMessage();
    if (message === null) return;
    await world.passTime(world.startExecutor(message).ended);
  }
  throw new Error(`Messages come again and again: ${JSON.stringify(world.events.slice(-10))}`);
}

/** The paths of approvals, as they are named in the journal. */
function pathsOf(world: World): string[] {
  return world.events.flatMap((event) =>
    event.type === 'step_waiting' && event.waits_for === 'approval' ? [event.path] : [],
  );
}

async function simulate(seed: number): Promise<{ world: World; taken: Map<string, string[]> }> {
  const random = new SeededRandom(seed);
  const document = { name: 'Approvals', trigger: { type: 'webhook', config: {} }, steps: STEPS, settings: {} };
  const world = new World({ seed, document, input: {}, concurrent: true } as unknown as SourceProgram);
  /** What was taken of decisions, by path. */
  const taken = new Map<string, string[]>();
  const decide = (): void => {
    for (const path of new Set(pathsOf(world))) {
      const by = random.pick(PEOPLE);
      const outcome = world.decide(path, { by, approved: random.chance(0.85), nudged: random.chance(0.7) });
      if (outcome !== null) taken.set(path, [...(taken.get(path) ?? []), outcome]);
    }
  };
  // Some at about the time when the first one expires, some just behind an entry, when the run has decided what to append next.
  for (let times = random.below(12); times > 0; times--)
    world.after(random.chance(0.4) ? 19_950 + random.below(150) : 50 + random.below(60 * SECOND), decide);
  const behind = new Set(Array.from({ length: random.below(8) }, () => 1 + random.below(20)));
  world.onEntry = (count) => {
    if (behind.delete(count)) world.after(random.below(4), decide);
  };
  if (random.chance(0.15)) world.after(random.below(60 * SECOND), () => world.cancel({ nudged: random.chance(0.7) }));
  for (let kills = random.below(3); kills > 0; kills--)
    world.after(50 + random.below(40 * SECOND), () => world.killAll());
  await deliverAll(world);
  return { world, taken };
}

function check(world: World, taken: ReadonlyMap<string, readonly string[]>): void {
  expect(world.violations).toEqual([]);
  const { events } = world;
  expect(events.filter(isEnd)).toHaveLength(1);
  const isCancelled = events.at(-1)?.type === 'cancelled';
  if (!isCancelled) expect(events.at(-1)).toMatchObject({ type: 'completed' });
  expectNoSuspensionBehindItsOutcome(events);
  for (const [path, outcomes] of taken) {
    const decided = events.filter(isDecision).filter((event) => event.path === path);
    // One ends it, and nothing comes behind that.
    expect(decided.filter(({ outcome }) => outcome !== undefined).length).toBeLessThanOrEqual(1);
    expect(decided.slice(0, -1).map(({ outcome }) => outcome)).toEqual(decided.slice(0, -1).map(() => undefined));
    const result = events.find((event) => event.type === 'step_completed' && event.path === path);
    if (result?.type !== 'step_completed') continue;
    // What people were told is what the step makes of it.
    const told = outcomes.at(-1) === 'more' ? 'expired' : outcomes.at(-1);
    expect(result.output).toMatchObject({ approved: told === 'approved', expired: told === 'expired' });
    const { decisions } = result.output as { decisions: unknown[] };
    expect(decisions).toHaveLength(outcomes.length);
  }
  expectReminders(events);
  expectMails(world);
  for (const event of events)
    if (event.type === 'step_completed' && event.step_type === 'approval' && !taken.has(event.path))
      expect(event.output).toEqual({ approved: false, decisions: [], expired: true });
}

/** One after the other, at the earliest when they are due, not more than were wished for, and none of what is decided. */
function expectReminders(events: readonly ExecutionEvent[]): void {
  const open = new Map<string, { asked: number; count: number }>();
  for (const event of events) {
    if (event.type === 'step_waiting') open.set(event.path, { asked: Date.parse(event.started_at), count: 0 });
    else if (isDecision(event) && event.outcome !== undefined) open.delete(event.path ?? '');
    else if (event.type === 'approval_reminded') {
      const waiting = open.get(event.path);
      expect(waiting).toBeDefined();
      if (waiting === undefined) continue;
      expect(event.number).toBe(++waiting.count);
      expect(event.number).toBeLessThanOrEqual(MOST_REMINDERS);
      expect(Date.parse(event.at) - waiting.asked).toBeGreaterThanOrEqual(event.number * 6 * SECOND);
    }
  }
}

/** Each is recorded once for each attempt until it is sent or given up, and left no more often than that is recorded and executors have died. */
function expectMails({ events, mails: { mails }, deaths }: World): void {
  const recorded = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'approval_mailed') continue;
    const key = `${event.approval_id} ${event.number} ${event.to}`;
    expect(event.attempt).toBe((recorded.get(key) ?? 0) + 1);
    recorded.set(key, event.attempt);
  }
  for (const key of new Set(mails.map(({ id, number, to }) => `${id} ${number} ${to}`))) {
    const left = mails.filter(({ id, number, to }) => key === `${id} ${number} ${to}`).length;
    // And one whose result nobody waited for any more when the execution ended.
    expect(left).toBeLessThanOrEqual((recorded.get(key) ?? 0) + deaths + 1);
  }
}

/** Nobody would wake it for what was there before. */
function expectNoSuspensionBehindItsOutcome(events: readonly ExecutionEvent[]): void {
  const ended = new Set<string>();
  for (const event of events) {
    if (isDecision(event) && event.outcome !== undefined) ended.add(event.path ?? '');
    else if (event.type === 'step_completed') ended.delete(event.path);
    else if (event.type === 'suspended') expect([...ended]).toEqual([]);
  }
}

function isDecision(event: ExecutionEvent): event is Extract<ExecutionEvent, { type: 'approval_decided' }> {
  return event.type === 'approval_decided';
}

it('an approval has one outcome, which is what people were shown, however decisions, expiry, crashes and cancels come together', async () => {
  const seen = { approved: 0, rejected: 0, expired: 0, more: 0, cancelled: 0, woken: 0, reminded: 0, mailed: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
    try {
      const { world, taken } = await simulate(seed);
      check(world, taken);
      for (const outcome of [...taken.values()].flat()) seen[outcome as 'approved' | 'rejected' | 'more']++;
      seen.expired += world.events.filter((event) => isDecision(event) && event.decision === 'expired').length;
      seen.reminded += world.events.filter(({ type }) => type === 'approval_reminded').length;
      seen.mailed += world.events.filter(({ type }) => type === 'approval_mailed').length;
      seen.woken += world.events.filter(({ type }) => type === 'woken').length;
      seen.cancelled += world.events.filter(({ type }) => type === 'cancelled').length;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`Seed ${seed} (MILLRACE_SIMULATION_SEED=${seed}):\n${message}`, { cause: error });
    }
  }
  for (const times of Object.values(seen)) expectOften(times, 50);
});

expectSteps(95_000);
