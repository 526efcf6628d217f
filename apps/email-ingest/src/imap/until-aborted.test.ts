import { setTimeout as sleep } from 'node:timers/promises';
import { getEventListeners } from 'node:events';
import { untilAborted } from './until-aborted.js';

const never = new Promise<never>(() => undefined);

it('ends with what the work ends with, and leaves nothing at the signal', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve(1), signal)).toBe(1);
  await expect(untilAborted(Promise.reject(new Error('not found')), signal)).rejects.toThrow('not found');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('waits no longer for work when it is aborted, or was before', async () => {
  const deadline = new AbortController();
  const waiting = untilAborted(never, deadline.signal);
  deadline.abort(new Error('too late'));
  await expect(waiting).rejects.toThrow('too late');
  const failing = sleep(1).then(() => Promise.reject(new Error('reaches nobody')));
  await expect(untilAborted(failing, deadline.signal)).rejects.toThrow('too late');
});
