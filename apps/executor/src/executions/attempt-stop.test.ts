import { AttemptStop } from './attempt-stop.js';

const enough = new Error('enough');

describe('the stop of an attempt', () => {
  it('calls each listener once, and not to those who have gone', () => {
    const stop = new AttemptStop();
    const told: string[] = [];
    const gone = (): void => void told.push('gone');
    stop.addEventListener('abort', () => told.push(`first: ${stop.aborted} ${String(stop.reason)}`));
    stop.addEventListener('abort', gone);
    stop.addEventListener('abort', () => told.push('second'));
    stop.removeEventListener('abort', gone);
    expect(stop.aborted).toBe(false);
    stop.abort(enough);
    stop.abort(new Error('again'));
    expect(told).toEqual(['first: true Error: enough', 'second']);
    expect(stop.reason).toBe(enough);
  });

  it('is a signal to those who need one, whenever they ask', () => {
    const before = new AttemptStop();
    const { signal } = before;
    before.abort(enough);
    expect(signal.reason).toBe(enough);
    expect(before.signal).toBe(signal);
    const after = new AttemptStop();
    after.abort(enough);
    expect(after.signal.reason).toBe(enough);
  });
});
