import { LocalRateLimiter } from '@millrace/service-kit/rate-limits';
import { waitUntil } from '@millrace/testing';
import { MovedClock } from '../../test/support/moved-clock.js';
import { MailRate } from './mail-rate.js';
import type { MailSender } from './sender.js';

function scene() {
  const clock = new MovedClock();
  const limiter = new LocalRateLimiter('mails', 1_000, () => clock.now());
  const rate = new MailRate({ count: (_, caller, own) => Promise.resolve(limiter.count(caller, own)) }, clock);
  const passed: number[] = [];
  const controller = new AbortController();
  const take = (number: number, sender: Partial<MailSender> = {}, organisation = 'org_1'): Promise<void> =>
    rate.take(aSender(sender), organisation, controller.signal).then(() => void passed.push(number));
  return { clock, passed, controller, take };
}

function aSender(sender: Partial<MailSender>): MailSender {
  const account = { host: '127.0.0.1', port: 25, tls: 'none' } as const;
  const from = { name: '', address: 'support@example.com' };
  return { key: 'k', label: '"support"', organisationId: 'org_1', account, from, ratePerMinute: 2, ...sender };
}

it('lets as many through as a sender may send in a minute, and so many more in the next', async () => {
  const { clock, passed, take } = scene();
  const all = Promise.all([1, 2, 3, 4, 5].map((number) => take(number)));
  await waitUntil('those that wait', () => clock.waiting === 3);
  expect(passed).toHaveLength(2);
  clock.move(61_000);
  await waitUntil('the one that waits on', () => clock.waiting === 1 && passed.length === 4);
  clock.move(61_000);
  await all;
  expect(passed).toHaveLength(5);
});

it('goes on waiting while the minute is not over', async () => {
  const { clock, passed, controller, take } = scene();
  const third = [take(1), take(2), take(3)].at(-1);
  await waitUntil('the one that waits', () => clock.waiting === 1);
  clock.move(54_999);
  expect([clock.waiting, passed]).toEqual([1, [1, 2]]);
  controller.abort(new Error('enough'));
  await expect(third).rejects.toThrow('enough');
});

it('counts each organisation and each name of a sender by itself, whatever account is behind it', async () => {
  const { clock, passed, controller, take } = scene();
  const waiting = [take(1), take(2), take(3, { key: 'with another password' })];
  await Promise.all([take(4, {}, 'org_2'), take(5, { label: '"sales"' })]);
  await waitUntil('the one that waits', () => clock.waiting === 1);
  expect(passed.sort()).toEqual([1, 2, 4, 5]);
  controller.abort(new Error('enough'));
  await expect(Promise.all(waiting)).rejects.toThrow('enough');
});

it('ends the wait of a step that is stopped, without its timer', async () => {
  const { clock, controller, take } = scene();
  const works = [take(1), take(2), take(3), take(4)].map((work) => work.catch((error: unknown) => error));
  await waitUntil('those that wait', () => clock.waiting === 2);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await Promise.all(works)).toEqual([undefined, undefined, reason, reason]);
  expect(clock.waiting).toBe(0);
});

it('has no limit at 0', async () => {
  const { clock, passed, take } = scene();
  await Promise.all([1, 2, 3].map((number) => take(number, { ratePerMinute: 0 })));
  expect([clock.waiting, passed]).toEqual([0, [1, 2, 3]]);
});
