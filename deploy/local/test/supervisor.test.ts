import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { startChild } from '../src/processes/child.mjs';
import { exitReason } from '../src/processes/exit-reason.mjs';
import { createSupervisor, type Running, type Unit } from '../src/processes/supervisor.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

/** A real process that writes its name into `journal` when it starts and when it is signalled to end. */
function processUnit(name: string, journal: string, script = 'setInterval(() => {}, 1000)'): Unit {
  const program = `
    const fs = require('node:fs');
    const write = (word) => fs.appendFileSync(${JSON.stringify(journal)}, word + ' ' + ${JSON.stringify(name)} + '\\n');
    process.on('SIGTERM', () => setTimeout(() => { write('stopped'); process.exit(0); }, 30));
    write('started');
    ${script}`;
  return {
    name,
    async start(): Promise<Running> {
      const before = linesOf(journal).length;
      const logFile = join(folder, `${name}.log`);
      const child = await startChild({ name, command: [process.execPath, '-e', program], env: process.env, logFile });
      await waitUntil(() => linesOf(journal).length > before, { timeoutMs: 10_000 });
      const ended = child.exited.then((exit) => exitReason(exit, { logFile }));
      return { pid: child.pid, ended, stop: child.stop, kill: child.kill };
    },
  };
}

function linesOf(journal: string): string[] {
  try {
    return readFileSync(journal, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

test('groups start in order and stop in the reverse order', async () => {
  const journal = join(folder, 'order');
  const supervisor = createSupervisor({ log: () => {} });
  await supervisor.startGroup([processUnit('server', journal)]);
  await supervisor.startGroup([processUnit('service', journal)]);
  await supervisor.stopAll();
  expect(linesOf(journal)).toEqual(['started server', 'started service', 'stopped service', 'stopped server']);
  expect(supervisor.statusOf('server').state).toBe('stopped');
});

test('a restart that is asked for stops in order and starts without a pause, and counts as no end by itself', async () => {
  const journal = join(folder, 'asked');
  const supervisor = createSupervisor({ log: () => {}, firstDelayMs: 3_600_000 });
  await supervisor.startGroup([processUnit('changed', journal)]);
  const before = supervisor.statusOf('changed').pid;
  await supervisor.restart('changed');
  await waitUntil(() => supervisor.statusOf('changed').state === 'up', { timeoutMs: 10_000 });
  expect(linesOf(journal)).toEqual(['started changed', 'stopped changed', 'started changed']);
  expect(supervisor.statusOf('changed').pid).not.toBe(before);
  expect(supervisor.statusOf('changed').lastEnd).toBeUndefined();
  await supervisor.stopAll();
});

test('a killed process is started again with another pid, and that is reported', async () => {
  const journal = join(folder, 'killed');
  const lines: string[] = [];
  let changes = 0;
  const supervisor = createSupervisor({
    log: (line) => lines.push(line),
    onChange: () => (changes += 1),
    firstDelayMs: 10,
  });
  await supervisor.startGroup([processUnit('victim', journal)]);
  const before = supervisor.statusOf('victim').pid as number;
  const changesBefore = changes;
  process.kill(before, 'SIGKILL');
  const isBack = () => supervisor.statusOf('victim').restarts === 1 && supervisor.statusOf('victim').state === 'up';
  await waitUntil(isBack, { timeoutMs: 10_000 });
  const after = supervisor.statusOf('victim');
  await supervisor.stopAll();
  expect(after.pid).not.toBe(before);
  expect(changes).toBeGreaterThan(changesBefore);
  expect(lines.join('\n')).toContain('victim ended by itself (killed by SIGKILL');
  expect(after.lastEnd?.reason).toContain('SIGKILL');
});

test('the delay before a restart grows while a process keeps crashing', async () => {
  const journal = join(folder, 'crashing');
  const delays: number[] = [];
  const log = (line: string) =>
    delays.push(...[...line.matchAll(/again in (\d+) ms/g)].map((match) => Number(match[1])));
  const supervisor = createSupervisor({ log, firstDelayMs: 5, longestDelayMs: 20 });
  await supervisor.startGroup([processUnit('crasher', journal, 'setTimeout(() => process.exit(1), 20)')]);
  await waitUntil(() => delays.length >= 4, { timeoutMs: 15_000 });
  await supervisor.stopAll();
  expect(delays.slice(0, 4)).toEqual([5, 10, 20, 20]);
});

test('a failure at the first start is final, and what had started is stopped', async () => {
  const journal = join(folder, 'first-failure');
  const supervisor = createSupervisor({ log: () => {} });
  const broken: Unit = { name: 'broken', start: () => Promise.reject(new Error('bad configuration')) };
  await expect(supervisor.startGroup([processUnit('good', journal), broken])).rejects.toThrow('bad configuration');
  await supervisor.stopAll();
  expect(linesOf(journal)).toEqual(['started good', 'stopped good']);
});

test('when one of a group fails, the others are stopped, and the group can be started again', async () => {
  const journal = join(folder, 'again');
  const supervisor = createSupervisor({ log: () => {} });
  const broken: Unit = { name: 'broken', start: () => Promise.reject(new Error('port taken')) };
  await expect(supervisor.startGroup([processUnit('good', journal), broken])).rejects.toThrow('port taken');
  expect(linesOf(journal)).toEqual(['started good', 'stopped good']);
  await supervisor.startGroup([processUnit('good', journal)]);
  expect(supervisor.statusOf('good')).toMatchObject({ state: 'up', restarts: 0 });
  await supervisor.stopAll();
  expect(linesOf(journal).slice(2)).toEqual(['started good', 'stopped good']);
});

test('a service whose heap is full ends with that reason, and is started again', async () => {
  const logFile = join(folder, 'heap.log');
  const command = [
    process.execPath,
    '--max-old-space-size=20',
    '-e',
    'const kept = []; for (;;) kept.push(new Array(1e5).fill({}))',
  ];
  const start = async () => {
    const child = await startChild({ name: 'heap', command, env: process.env, logFile });
    const ended = child.exited.then((exit) => exitReason(exit, { logFile, heapMb: 20 }));
    return { pid: child.pid, ended, stop: child.stop, kill: child.kill };
  };
  const supervisor = createSupervisor({ log: () => {}, firstDelayMs: 5 });
  await supervisor.startGroup([{ name: 'heap', start }]);
  const again = await waitUntil(() => supervisor.statusOf('heap').restarts >= 1, { timeoutMs: 30_000 });
  const { lastEnd } = supervisor.statusOf('heap');
  await supervisor.stopAll();
  expect(again).toBe(true);
  expect(lastEnd?.reason).toBe('its heap was full: limit 20 MB');
});

test('a stop during a start waits for the start and leaves nothing running', async () => {
  const journal = join(folder, 'stop-while-starting');
  const unit = processUnit('slow', journal);
  const supervisor = createSupervisor({ log: () => {} });
  const starting = supervisor.startGroup([unit]);
  const outcome = expect(starting).rejects.toThrow('Stopped while starting');
  await supervisor.stopAll();
  await outcome;
  expect(linesOf(journal)).toEqual(['started slow', 'stopped slow']);
});

test('a process that ignores the request to stop is killed after its time', async () => {
  const program = "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)";
  const logFile = join(folder, 'deaf.log');
  const child = await startChild({
    name: 'deaf',
    command: [process.execPath, '-e', program],
    env: process.env,
    logFile,
    stopTimeoutMs: 100,
  });
  await waitUntil(() => readFileSync(logFile, 'utf8').includes('deaf'), { timeoutMs: 10_000 });
  await child.stop();
  expect((await child.exited).signal).toBe('SIGKILL');
});
