import { LIMITS, LISTENED_FOR_MS, type WebhookSnapshotValue } from '@millrace/contracts';
import { CallListeners } from './call-listeners.js';

type Told = { listener_id: string; organisation_id: string; webhook_id: string; ended?: boolean };

let tell: (told: Told) => Promise<void>;
let now: number;
let listeners: CallListeners;
const ADDRESS = { webhook_id: 'wh_a', organisation_id: 'org_a' } as WebhookSnapshotValue;

beforeEach(async () => {
  now = 1_000_000;
  const hear = (_: unknown, { heard }: { heard: (subject: string, open: () => Promise<Told>) => void }) => {
    tell = async (told) => {
      heard('', () => Promise.resolve(told));
      await Promise.resolve();
    };
    return Promise.resolve(() => undefined);
  };
  listeners = new CallListeners({ hear } as never, () => now, { warn: () => undefined } as never);
  await listeners.onModuleInit();
});

const told = (listener_id: string, more: Partial<Told> = {}) => tell({ listener_id, ...ADDRESS, ...more });
const ids = () => listeners.of(ADDRESS).map(({ id }) => id);

it('knows who listens for as long as he says so, and nobody afterwards', async () => {
  await told('one');
  now += LISTENED_FOR_MS - 1;
  await told('two');
  expect(ids()).toEqual(['one', 'two']);
  now += 1;
  expect(ids()).toEqual(['two']);
  await told('two');
  now += LISTENED_FOR_MS - 1;
  expect(ids()).toEqual(['two']);
  now += 1;
  expect(ids()).toEqual([]);
  expect(listeners.hasOf('wh_a')).toBe(false);
});

it('keeps apart who belongs to another organisation than the address', async () => {
  await told('stranger', { organisation_id: 'org_b' });
  expect(ids()).toEqual([]);
});

it('remembers no more than it has room for, and makes room of those who have left', async () => {
  for (let each = 0; each < 5_000; each++)
    await told(`l${each}`, { webhook_id: `wh_${each}`, organisation_id: `org_${each}` });
  await told('late');
  expect(ids()).toEqual([]);
  now += LISTENED_FOR_MS;
  await told('late');
  expect(ids()).toEqual(['late']);
});

it('shows an address, and an organisation, to a certain number', async () => {
  for (let each = 0; each < LIMITS.shownListenersPerWebhook + 3; each++) await told(`l${each}`);
  expect(ids()).toHaveLength(LIMITS.shownListenersPerWebhook);
  const others = LIMITS.shownListenersPerOrganisation - LIMITS.shownListenersPerWebhook;
  for (let each = 0; each < others + 3; each++) await told(`o${each}`, { webhook_id: `wh_${each}` });
  expect(Array.from({ length: others + 3 }, (_, each) => listeners.hasOf(`wh_${each}`)).filter(Boolean)).toHaveLength(
    others,
  );
  await told('theirs', { webhook_id: 'wh_theirs', organisation_id: 'org_b' });
  expect(listeners.hasOf('wh_theirs')).toBe(true);
});

it('forgets at once who says that he has left, and has room for another one', async () => {
  for (let each = 0; each < LIMITS.shownListenersPerWebhook; each++) await told(`l${each}`);
  await told('l0', { ended: true });
  await told('l0', { ended: true });
  await told('stranger', { ended: true });
  expect(ids()).not.toContain('l0');
  await told('next');
  await told('one too many');
  expect(ids()).toHaveLength(LIMITS.shownListenersPerWebhook);
  expect(ids()).toContain('next');
});
