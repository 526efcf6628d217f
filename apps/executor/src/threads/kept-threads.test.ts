import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { KeptThreads } from './kept-threads.js';

const READY = `const { parentPort } = require('node:worker_threads'); parentPort.postMessage('ready'); parentPort.on('message', () => undefined);`;
const LONG_MS = 50;

let threads: KeptThreads;
/** Pieces of work that have begun, in their order, and how each is ended. */
let begun: string[];
let ends: Map<string, () => void>;

beforeEach(() => {
  [begun, ends] = [[], new Map()];
  const make = (): Worker => new Worker(READY, { eval: true });
  const long = { longMs: LONG_MS, rememberedMs: 60_000 };
  threads = new KeptThreads({ atOnce: 2, make, beginMs: 10_000, absent: 'none', long });
});
afterEach(() => threads.close());

/** Asks for work of an owner that lasts until it is ended. */
function ask(name: string, signal = new AbortController().signal): Promise<unknown> {
  const owner = name.slice(0, 1);
  return threads.use(owner, signal, () => () => {
    begun.push(name);
    return new Promise((resolve) => ends.set(name, () => resolve(name)));
  });
}

async function hasBegun(...names: string[]): Promise<void> {
  for (let looks = 0; looks < 1_000 && !names.every((name) => begun.includes(name)); looks++) await sleep(5);
  expect(begun).toEqual(expect.arrayContaining(names));
}

/** Two owners whose work has taken long, with more of it at hand: one piece of that has begun. */
async function twoLongOwners(): Promise<void> {
  for (const name of ['b1', 'c1', 'b2', 'c2', 'b3', 'c3']) void ask(name).catch(() => undefined);
  await hasBegun('b1', 'c1');
  await sleep(2 * LONG_MS);
  for (const name of ['b1', 'c1']) ends.get(name)?.();
  await hasBegun('b2');
}

it('leaves a thread to those whose work is short, however many others want theirs for long', async () => {
  await twoLongOwners();
  const short = ask('a1');
  await hasBegun('a1');
  expect(begun.slice(2)).toEqual(['b2', 'a1']);
  ends.get('a1')?.();
  expect(await short).toBe('a1');
});

it('gives those whose work is long the others in turn', async () => {
  await twoLongOwners();
  ends.get('b2')?.();
  await hasBegun('c2');
  ends.get('c2')?.();
  await hasBegun('b3');
  expect(begun.slice(2)).toEqual(['b2', 'c2', 'b3']);
});

it('has its places back from work that is given up while it waits', async () => {
  await twoLongOwners();
  const giveUp = new AbortController();
  const given = ask('d1', giveUp.signal);
  await hasBegun('d1');
  const waiting = ask('d2', giveUp.signal);
  giveUp.abort(new Error('not wanted'));
  await expect(waiting).rejects.toThrow('not wanted');
  ends.get('d1')?.();
  await expect(given).rejects.toThrow('not wanted');
  const short = ask('a1');
  await hasBegun('a1');
  ends.get('a1')?.();
  expect(await short).toBe('a1');
});
