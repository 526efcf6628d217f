import { TwinWaits, type Turn } from './twin-waits.js';

const ROOM = { all: 3, perOrganisation: 2, waitMs: 60_000 };
const IN_USE = { code: 'IDEMPOTENCY_KEY_IN_USE' };
const REUSED = { code: 'IDEMPOTENCY_KEY_REUSED' };

const turn = (more: Partial<Turn> = {}): Turn => ({
  owner: 'org_a',
  name: 'key-1',
  fingerprint: 'pay',
  until: Date.now() + ROOM.waitMs,
  gone: new AbortController().signal,
  ...more,
});

it('lets requests under one key in one after the other, and those under others at once', async () => {
  const twins = new TwinWaits(ROOM);
  const order: string[] = [];
  const enter = async (name: string): Promise<void> => {
    const use = await twins.enter(turn());
    order.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push(`${name} out`);
    use.end();
  };
  const all = Promise.all(['a', 'b', 'c'].map(enter));
  (await twins.enter(turn({ name: 'key-2' }))).end();
  (await twins.enter(turn({ owner: 'org_b' }))).end();
  await all;
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

it('has room for so many of an organisation, and in all', async () => {
  const twins = new TwinWaits(ROOM);
  const use = await twins.enter(turn());
  const other = await twins.enter(turn({ owner: 'org_b' }));
  const waiting = [twins.enter(turn()), twins.enter(turn()), twins.enter(turn({ owner: 'org_b' }))];
  await expect(twins.enter(turn())).rejects.toMatchObject(IN_USE);
  await expect(twins.enter(turn({ owner: 'org_b' }))).rejects.toMatchObject(IN_USE);
  use.end();
  other.end();
  for (const each of waiting) (await each).end();
  (await twins.enter(turn())).end();
});

it('gives back the place of one whose caller goes away, and of one that has waited for long enough', async () => {
  const twins = new TwinWaits({ ...ROOM, perOrganisation: 1 });
  const use = await twins.enter(turn());
  const away = new AbortController();
  const left = twins.enter(turn({ gone: away.signal }));
  await expect(twins.enter(turn())).rejects.toMatchObject(IN_USE);
  away.abort();
  await expect(left).rejects.toMatchObject(IN_USE);
  await expect(twins.enter(turn({ until: Date.now() + 1 }))).rejects.toMatchObject(IN_USE);
  const next = twins.enter(turn());
  use.end();
  (await next).end();
});

it('refuses another request at once while the key is in use for one, also when there is no room to wait', async () => {
  const twins = new TwinWaits({ ...ROOM, perOrganisation: 1 });
  const use = await twins.enter(turn());
  use.holdFor('pay');
  const twin = twins.enter(turn());
  await expect(twins.enter(turn({ fingerprint: 'refund' }))).rejects.toMatchObject(REUSED);
  use.end();
  (await twin).end();
  // It is free for any after that.
  (await twins.enter(turn({ fingerprint: 'refund' }))).end();
});

it('lets another request wait until it is known for which one the key is in use', async () => {
  const twins = new TwinWaits(ROOM);
  const [first, other] = [await twins.enter(turn()), twins.enter(turn({ fingerprint: 'refund' }))];
  first.holdFor('pay');
  await expect(other).rejects.toMatchObject(REUSED);
  first.end();
  const [wrong, right] = [await twins.enter(turn()), twins.enter(turn({ fingerprint: 'refund' }))];
  // By its record the key was used for a refund.
  wrong.end();
  (await right).end();
});
