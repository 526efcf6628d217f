import { within } from './within.js';

test('what comes in time is passed on, also a failure', async () => {
  await expect(within(600_000, Promise.resolve(1))).resolves.toBe(1);
  await expect(within(600_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('what does not come is not waited for', async () => {
  const never = new Promise<void>(() => undefined);
  await expect(within(1, never)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});
