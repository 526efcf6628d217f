import { readFileSync } from 'node:fs';
import { endSteps, runStep } from '../src/runtime/host.mjs';

/** What `npm start` does about Ctrl-C. */
const handler = (): void => undefined;
beforeAll(() => void process.on('SIGINT', handler));
afterAll(() => void process.off('SIGINT', handler));

/** Not there, or dead and not yet waited for by whoever started it. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** Runs a shell that prints the ids of what it starts; resolves with the first when they are there. */
async function begin(script: string): Promise<{ pid: number; said: string[]; ended: Promise<unknown> }> {
  let ended: Promise<unknown> = Promise.resolve();
  const said: string[] = [];
  const pid = await new Promise<number>((resolve) => {
    const onLine = (line: string): void => void (said.push(line) === 1 && resolve(Number(line)));
    ended = runStep(['sh', '-c', script], { what: 'The step', onLine }).catch((error: unknown) => error);
  });
  return { pid, said, ended };
}

it('a step that is ended ends with all that it has started, once it has cleaned up', async () => {
  const cleansUp = `trap 'sleep 0.2; echo cleaned up; exit 1' TERM; sleep 60 & pid=$!; sleep 0.1; echo $pid; wait`;
  const { pid, said, ended } = await begin(cleansUp);
  await endSteps();
  expect(await ended).toMatchObject({ message: 'The step was stopped.' });
  expect(said).toContain('cleaned up');
  expect(isGone(pid)).toBe(true);
});

it('one that takes longer to clean up is not waited for, and not killed', async () => {
  const slow = `trap 'sleep 1; echo cleaned up; exit 1' TERM; sleep 60 & pid=$!; sleep 0.1; echo $pid; wait`;
  const { said, ended } = await begin(slow);
  await endSteps(0);
  expect(said).not.toContain('cleaned up');
  await ended;
  expect(said).toContain('cleaned up');
});

it('nothing is waited for when no step is under way', async () => {
  await runStep(['true'], { what: 'The step' });
  await expect(endSteps()).resolves.toBeUndefined();
});
