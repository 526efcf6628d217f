import { FOLLOWED_FOR_MS, LIMITS } from '@millrace/contracts';
import { TextFollowers } from './text-followers.js';

let now: number;
let heard: (subject: string, open: () => Promise<object>) => void;
let followers: TextFollowers;
beforeEach(async () => {
  now = Date.parse('2026-11-27T00:00:00Z');
  const bus = {
    hear: (_: unknown, listener: { heard: typeof heard }) => {
      heard = listener.heard;
      return Promise.resolve(() => undefined);
    },
    tell: () => Promise.resolve(),
  };
  followers = new TextFollowers(bus as never, { now: () => now }, { warn: () => undefined });
  await followers.onModuleInit();
});

const owner = { organisation_id: 'org_1', execution_id: 'exec_1' };
async function follow(follower_id: string, rest: object = {}): Promise<void> {
  heard('', () => Promise.resolve({ follower_id, ...owner, ...rest }));
  await Promise.resolve().then(() => undefined);
}
const known = () => followers.of('org_1', 'exec_1');

it('knows so many of an execution, and another one when one of them ends or sends no more', async () => {
  for (let one = 0; one <= LIMITS.liveTextFollowers; one++) await follow(`evt_${one}`);
  expect(known()).toHaveLength(LIMITS.liveTextFollowers);
  await follow('evt_0', { ended: true });
  await follow('evt_new');
  expect(known()).toContain('evt_new');
  now += FOLLOWED_FOR_MS / 2;
  await follow('evt_new');
  now += FOLLOWED_FOR_MS / 2;
  await follow('evt_other');
  expect(known()).toEqual(['evt_new', 'evt_other']);
});

it('knows none of another organisation', async () => {
  await follow('evt_1', { organisation_id: 'org_2' });
  expect(known()).toEqual([]);
});

it('those that have ended take no room of others, however many they were', async () => {
  for (let one = 0; one < 10_001; one++) {
    await follow(`evt_${one}`, { execution_id: `exec_${one}_of_many` });
    await follow(`evt_${one}`, { execution_id: `exec_${one}_of_many`, ended: true });
  }
  await follow('evt_last');
  expect(known()).toEqual(['evt_last']);
});
