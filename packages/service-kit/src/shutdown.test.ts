import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stopOnSignal } from './shutdown.js';

const DRAINING = 'draining for the operator: finishing what is in flight, taking nothing new';
const DRAINED = 'drained: without work until the process is ended';
const FINISHING = 'stopping: finishing what is in flight';

/** A program that stops on a signal, and whose log is its output, a message a line. Its arguments: seconds of grace, and what `stop` is. */
const PROGRAM = `
import { writeSync } from 'node:fs';
import { stopOnSignal } from './shutdown.mjs';
const say = (fields, message) => void writeSync(1, (message ?? fields) + '\\n');
const [graceSeconds, stop] = process.argv.slice(2);
const stops = { resolves: async () => {}, rejects: async () => { throw new Error('no'); }, hangs: () => new Promise(() => {}) };
const drain = stopOnSignal({
  logger: { info: say, warn: say, error: say, fatal: say },
  graceSeconds: Number(graceSeconds),
  stop: (stays) => (say(stays ? 'stops, and stays' : 'stops'), stops[stop]()),
  drained: () => say('is drained'),
  close: async () => say('closes'),
});
setInterval(() => {}, 1_000);
process.on('message', (message) => message === 'drain' ? drain() : setImmediate(() => { throw new Error('nobody catches this'); }));
process.on('SIGUSR2', () => void Promise.reject(new Error('nobody handles this')));
say('ready');
`;

const LONG = 3_600;
let folder: string;
let child: ChildProcess;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signals-'));
  // As it is compiled for this test: a changed one, where mutants are tried.
  writeFileSync(join(folder, 'shutdown.mjs'), `export ${stopOnSignal.toString()}`);
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
});
afterEach(() => void child.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the program and does the next thing to it whenever it has said another line, until it has ended. */
async function run(
  stop: 'resolves' | 'rejects' | 'hangs',
  todo: (() => void)[],
  graceSeconds = LONG,
): Promise<{ said: string[]; code: number | null }> {
  const args = [join(folder, 'program.mjs'), String(graceSeconds), stop];
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const said: string[] = [];
  const left = [...todo];
  createInterface({ input: child.stdout! }).on('line', (line) => {
    said.push(line);
    left.shift()?.();
    // It has begun to stop a second time, and would never end.
    if (said.indexOf(FINISHING) !== said.lastIndexOf(FINISHING)) child.kill('SIGKILL');
  });
  const [code] = await ended;
  return { said, code };
}

const signal =
  (name: NodeJS.Signals): (() => void) =>
  () =>
    void child.kill(name);
const fail = (): void => void child.send('fail');
const drain = (): void => void child.send('drain');
const nothing = (): void => undefined;

test.each(['SIGTERM', 'SIGINT'] as const)(
  'after %s what is in flight is finished, and the process has ended well',
  async (name) => {
    expect(await run('resolves', [signal(name), () => undefined])).toEqual({
      said: ['ready', FINISHING, 'stops', 'closes', 'stopped'],
      code: 0,
    });
  },
);

test('a second signal ends the process at once, whatever is in flight', async () => {
  for (const second of ['SIGTERM', 'SIGINT'] as const) {
    const { said, code } = await run('hangs', [signal('SIGTERM'), signal(second)]);
    expect({ said, code }).toEqual({ said: ['ready', FINISHING, 'stops', 'stopping at once'], code: 1 });
  }
});

test('what is not finished in time is not waited for', async () => {
  const { said, code } = await run('hangs', [signal('SIGTERM'), () => undefined], -5);
  expect({ said, code }).toEqual({ said: ['ready', FINISHING, 'stops', 'did not stop in time'], code: 1 });
});

test('stopping that fails is said, and is no good end', async () => {
  const { said, code } = await run('rejects', [signal('SIGTERM'), () => undefined]);
  expect({ said, code }).toEqual({ said: ['ready', FINISHING, 'stops', 'stopping failed'], code: 1 });
});

test('a process that is drained stops once, and stays until a signal ends it', async () => {
  // The second request comes when it has stopped.
  expect(await run('resolves', [drain, nothing, nothing, nothing, () => (drain(), signal('SIGTERM')())])).toEqual({
    said: ['ready', DRAINING, 'stops, and stays', 'is drained', DRAINED, FINISHING, 'closes', 'stopped'],
    code: 0,
  });
});

test('a process that is drained in time is not ended when that time is over', async () => {
  const graceMs = 100;
  // The end of its time comes while nothing happens to it, if it comes.
  const later = (): void => {
    const drained = child;
    setTimeout(() => drained.kill('SIGTERM'), 10 * graceMs);
  };
  const { said, code } = await run('resolves', [drain, nothing, nothing, nothing, later], graceMs / 1_000 - 5);
  expect([said.slice(3), code]).toEqual([['is drained', DRAINED, FINISHING, 'closes', 'stopped'], 0]);
});

test('a signal while a process is drained does not stop it a second time, and the next one ends it at once', async () => {
  const todo = [drain, nothing, signal('SIGTERM'), signal('SIGTERM')];
  expect(await run('hangs', todo)).toEqual({
    said: ['ready', DRAINING, 'stops, and stays', FINISHING, 'stopping at once'],
    code: 1,
  });
});

test('a process that is not drained in time, or fails at it, ends', async () => {
  const begun = ['ready', DRAINING, 'stops, and stays'];
  expect(await run('hangs', [drain], -5)).toEqual({ said: [...begun, 'did not stop in time'], code: 1 });
  expect(await run('rejects', [drain])).toEqual({ said: [...begun, 'stopping failed'], code: 1 });
});

test.each([
  ['an error that nobody catches', 'uncaught exception', fail],
  ['a rejection that nobody handles', 'unhandled rejection', signal('SIGUSR2')],
] as const)('%s ends the process', async (_, said, cause) => {
  expect(await run('resolves', [cause])).toEqual({ said: ['ready', said], code: 1 });
});
