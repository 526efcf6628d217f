import { Failure } from '../src/failure.mjs';
import { createSupervisor, type Running, type Supervisor, type Unit } from '../src/processes/supervisor.mjs';
import { waitUntil } from '../src/wait-until.mjs';

/** Longer than any test: what starts did not wait for it. */
const HOUR_MS = 3_600_000;

/** What a program does when it is started: it comes up, it fails, or it is neither for as long as nobody ends it. */
type Version = 'good' | 'broken' | 'hanging' | 'slow';

/** A program that is changed while it runs: which version of it was started, and which one runs. */
class Program implements Unit {
  readonly name = 'program';
  readonly started: Version[] = [];
  readonly stopped: Version[] = [];
  readonly releases: (() => void)[] = [];
  version: Version = 'good';

  async start(stop: AbortSignal): Promise<Running> {
    const { version } = this;
    this.started.push(version);
    if (version === 'broken') throw new Failure('The program ended at once (exit code 1).', 'Last lines: a mistake');
    if (version === 'hanging') await new Promise((_, reject) => stop.addEventListener('abort', reject));
    if (version === 'slow') await new Promise<void>((resolve) => this.releases.push(resolve));
    let end: (reason: string) => void = () => {};
    const ended = new Promise<string>((resolve) => (end = resolve));
    const stopOne = (): Promise<void> => {
      this.stopped.push(version);
      end('exit code 0');
      return Promise.resolve();
    };
    return { pid: this.started.length, ended, stop: stopOne, kill: stopOne };
  }
}

let program: Program;
let lines: string[];
let supervisor: Supervisor;
const status = () => supervisor.statusOf('program');
const until = (condition: () => boolean) => waitUntil(condition, { timeoutMs: 10_000 });

/** The program as it is changed to a version. */
async function change(version: Version): Promise<void> {
  program.version = version;
  await supervisor.restart('program');
}

beforeEach(async () => {
  program = new Program();
  lines = [];
  supervisor = createSupervisor({ log: (line) => lines.push(line), firstDelayMs: HOUR_MS, longestDelayMs: HOUR_MS });
  await supervisor.startGroup([program]);
});
afterEach(() => supervisor.stopAll());

test('a program that does not start as it was changed is reported with what its log says, and did not end by itself', async () => {
  await change('broken');
  expect(await until(() => lines.length > 0)).toBe(true);
  expect(lines).toEqual([
    `program did not start: The program ended at once (exit code 1); starting it again in ${HOUR_MS} ms\nLast lines: a mistake`,
  ]);
  expect(status()).toMatchObject({
    state: 'restarting',
    pid: undefined,
    lastEnd: { reason: 'did not start: The program ended at once (exit code 1)' },
  });
});

test('a program that is corrected starts at once, however long the wait for its next try', async () => {
  await change('broken');
  expect(await until(() => lines.length > 0)).toBe(true);
  await change('broken');
  expect(await until(() => lines.length > 1)).toBe(true);
  expect(lines[1]).toContain('Last lines: a mistake');
  await change('good');
  expect(await until(() => status().state === 'up')).toBe(true);
  expect(program.started).toEqual(['good', 'broken', 'broken', 'good']);
  expect(lines[2]).toContain('program is up again');
});

test('a start that hangs is given up when the program is changed', async () => {
  await change('hanging');
  expect(await until(() => program.started.length === 2)).toBe(true);
  await change('good');
  expect(await until(() => status().state === 'up')).toBe(true);
  expect(program.started).toEqual(['good', 'hanging', 'good']);
  expect(lines).toEqual([expect.stringContaining('program is up again')]);
});

test('a program that was changed while it started does not stay as it was before', async () => {
  await change('slow');
  expect(await until(() => program.releases.length === 1)).toBe(true);
  await change('good');
  program.releases[0]?.();
  expect(await until(() => status().state === 'up')).toBe(true);
  expect(program.started).toEqual(['good', 'slow', 'good']);
  expect(program.stopped.at(-1)).toBe('slow');
});

test('the log of a program that fails again and again is quoted once', async () => {
  const other = new Program();
  const said: string[] = [];
  const impatient = createSupervisor({ log: (line) => said.push(line), firstDelayMs: 1, longestDelayMs: 2 });
  await impatient.startGroup([other]);
  other.version = 'broken';
  await impatient.restart('program');
  expect(await until(() => said.length >= 3)).toBe(true);
  await impatient.stopAll();
  expect(said.map((line) => line.includes('Last lines'))).toEqual([true, ...said.slice(1).map(() => false)]);
  expect(said.join('\n')).not.toContain('was stopped');
});

test('a start again that takes long is reported while it goes on', async () => {
  const other = new Program();
  const said: string[] = [];
  const impatient = createSupervisor({ log: (line) => said.push(line), noteAfterMs: 1 });
  await impatient.startGroup([other]);
  other.version = 'hanging';
  await impatient.restart('program');
  expect(await until(() => said.length > 0)).toBe(true);
  expect(impatient.statusOf('program').state).toBe('restarting');
  await impatient.stopAll();
  expect(said).toEqual([expect.stringContaining('npm run logs -- program')]);
});

test('of a program that was started anew on request, what was before is not reported any more', async () => {
  await change('broken');
  expect(await until(() => status().lastEnd !== undefined)).toBe(true);
  await change('good');
  expect(await until(() => status().state === 'up')).toBe(true);
  expect(status()).toMatchObject({ restarts: 0, lastEnd: undefined });
});
