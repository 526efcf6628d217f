import { withDeadline } from './deadline.js';

const never = new Promise<string>(() => undefined);
const late = () => 'late';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('work with a deadline', () => {
  it('that ends in time is passed on, good or bad, and leaves no timer behind', async () => {
    await expect(withDeadline(Promise.resolve('done'), 1_000, late)).resolves.toBe('done');
    await expect(withDeadline(Promise.reject(new Error('broken')), 1_000, late)).rejects.toThrow('broken');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that takes longer comes to what is said for that case, a value or an error', async () => {
    const value = withDeadline(never, 1_000, late);
    const error = withDeadline(never, 1_000, () => {
      throw new Error('too late');
    });
    const refused = expect(error).rejects.toThrow('too late');
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(value).resolves.toBe('late');
    await refused;
  });

  it('that fails after its deadline does not end the process', async () => {
    let fail = (_error: Error): void => undefined;
    const work = new Promise<string>((_resolve, reject) => (fail = reject));
    const value = withDeadline(work, 1_000, late);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(value).resolves.toBe('late');
    fail(new Error('nobody listens'));
    await jest.advanceTimersByTimeAsync(0);
  });
});
