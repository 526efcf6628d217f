import { MessageChannel } from 'node:worker_threads';
import { afterRunning, STEP_MS } from './after-running.js';

/** Stops this process as far as its event loop is concerned. */
function stopFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

it('is over after what has arrived by then', async () => {
  const { port1, port2 } = new MessageChannel();
  const order: string[] = [];
  const both = new Promise<void>((resolve) => {
    const note = (what: string): void => {
      if (order.push(what) === 2) resolve();
    };
    port2.on('message', () => note('reply'));
    // The port delivers nothing before it has begun to.
    setImmediate(() => {
      afterRunning(10, () => note('over'));
      port1.postMessage('');
      stopFor(50);
    });
  });
  await both;
  port1.close();
  expect(order).toEqual(['reply', 'over']);
});

it('does not count the time in which the process does not run', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    const note = (what: string): void => {
      if (order.push(what) === 2) resolve();
    };
    afterRunning(2 * STEP_MS, () => note('over'));
    // Of the turn after the one in which all timers are due.
    setTimeout(() => setImmediate(() => setImmediate(note, 'goes on')), 2 * STEP_MS);
    stopFor(3 * STEP_MS);
  });
  expect(order).toEqual(['goes on', 'over']);
});

it('is never over once it is cancelled, be that at the last moment', async () => {
  const over = jest.fn();
  const cancel = afterRunning(10, over);
  await new Promise<void>((resolve) => {
    // Timers of one length come in their order, and before any immediate.
    setTimeout(() => {
      cancel();
      setImmediate(resolve);
    }, 10);
    stopFor(20);
  });
  expect(over).not.toHaveBeenCalled();
});
