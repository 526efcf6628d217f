import { LIMITS, type CreditAccount, type ModelUse } from '@millrace/contracts';
import fc from 'fast-check';
import { add, callId, NEW_ACCOUNT, reserve, reservedOf, set, settle } from './credit-account.js';

const NOW = Date.parse('2026-11-25T09:00:00.000Z');
const USE: ModelUse = {
  workflow_id: 'wf_1',
  execution_id: 'exec_1',
  step_path: 'ask',
  provider: 'openai',
  owner: 'installation',
  model: 'gpt-5.4',
  input_tokens: 1,
  output_tokens: 1,
  cost: 1,
};
const withBalance = (balance: number): CreditAccount => set(null, { balance, now: NOW });
const reserved = (account: CreditAccount, id: string, amount: number, now = NOW) =>
  reserve(account, { id, amount, now, mayTakeMs: 0 });
const settled = (account: CreditAccount, id: string, cost: number, now = NOW): CreditAccount =>
  settle(account, { id, cost, now, usage: USE });

it('charges what was used, and gives back what was reserved beyond', () => {
  const { account, outcome } = reserved(withBalance(1_000), 'a', 600);
  expect([outcome, reservedOf(account, NOW)]).toEqual(['reserved', 600]);
  const after = settled(account, 'a', 25);
  expect(after).toMatchObject({ balance: 975, reservations: [] });
  expect(after.untold.at(-1)).toMatchObject({ sequence: 2, type: 'usage', amount: -25, balance: 975, usage: USE });
});

it('reserves for the same call once, and charges it once', () => {
  const twice = reserved(reserved(withBalance(1_000), 'a', 600).account, 'a', 600);
  expect([twice.outcome, reservedOf(twice.account, NOW)]).toEqual(['reserved', 600]);
  const charged = settled(twice.account, 'a', 25);
  expect(settled(charged, 'a', 30)).toBe(charged);
  // An executor that has died had charged it: whoever makes the call again is not held up.
  expect(reserved(charged, 'a', 2_000)).toEqual({ account: charged, outcome: 'charged' });
  // For so long as an execution may be taken over by another one, and no longer.
  expect(reserved(charged, 'a', 600, NOW + LIMITS.creditsRememberedMs).outcome).toBe('reserved');
});

it('charges nothing for a call that cost nothing, which may be made again', () => {
  const released = settled(reserved(withBalance(1_000), 'a', 600).account, 'a', 0);
  expect(released).toMatchObject({ balance: 1_000, reservations: [], charged: [], sequence: 1 });
});

it('holds back what is reserved for others', () => {
  const { account } = reserved(withBalance(1_000), 'a', 600);
  expect(reserved(account, 'b', 401).outcome).toBe('busy');
  expect(reserved(account, 'b', 1_001).outcome).toBe('insufficient');
  expect(reserved(account, 'b', 400).outcome).toBe('reserved');
  // More than it had reserved, and than is there for it.
  expect(settled(reserved(account, 'b', 400).account, 'b', 900)).toMatchObject({ balance: 600 });
});

it('gives back what nobody has claimed for too long', () => {
  const { account } = reserved(withBalance(1_000), 'a', 600);
  expect(reserved(account, 'b', 600, NOW + LIMITS.creditReservationMs - 1).outcome).toBe('busy');
  const later = NOW + LIMITS.creditReservationMs;
  expect(reserved(account, 'b', 600, later)).toMatchObject({
    outcome: 'reserved',
    account: { reservations: [{ id: 'b' }] },
  });
  expect(reservedOf(account, later)).toBe(0);
});

it('holds it back for as long as the step of the call may take, up to a day', () => {
  const until = (mayTakeMs: number) =>
    reserve(withBalance(1_000), { id: 'a', amount: 600, now: NOW, mayTakeMs }).account.reservations[0]!.until - NOW;
  expect(until(1_000)).toBe(LIMITS.creditReservationMs);
  expect(until(3_600_000)).toBe(3_660_000);
  expect(until(10 * 365 * 86_400_000)).toBe(LIMITS.creditReservationMostMs);
});

it('lets only so many calls be under way, or wait to be sent', () => {
  let account = withBalance(LIMITS.credits);
  for (let call = 1; call < LIMITS.creditReservations; call++) account = reserved(account, String(call), 1).account;
  expect(reserved(account, 'one more', 1).outcome).toBe('busy');
});

describe('what subscribers get', () => {
  const tells = ({ untold }: CreditAccount) => untold.flatMap((entry) => entry.tells ?? []);

  it('is once that little is left, and once that a call was refused', () => {
    let account = withBalance(1_000);
    for (const [id, cost] of [
      ['a', 900],
      ['b', 1],
      ['c', 1],
    ] as const)
      account = settled(reserved(account, id, cost).account, id, cost);
    expect(tells(account)).toEqual(['low']);
    account = reserved(account, 'd', 99).account;
    account = reserved(account, 'e', 99).account;
    expect(tells(account)).toEqual(['low', 'exhausted']);
    expect(account.untold.at(-1)).toMatchObject({ type: 'exhausted', amount: 0, balance: 98 });
  });

  it('is both when all goes at once, and again after more was added', () => {
    let account = settled(reserved(withBalance(1_000), 'a', 1_000).account, 'a', 1_000);
    expect(tells(account)).toEqual(['low', 'exhausted']);
    account = add(account, { amount: 500, now: NOW, note: 'Invoice 1' });
    expect(account).toMatchObject({ balance: 500, low_below: 50, told: 'nothing' });
    expect(account.untold.at(-1)).toMatchObject({ type: 'added', amount: 500, note: 'Invoice 1' });
    account = settled(reserved(account, 'b', 451).account, 'b', 451);
    expect(tells(account)).toEqual(['low', 'exhausted', 'low']);
  });
});

it('takes away no more than there is', () => {
  expect(add(withBalance(10), { amount: -50, now: NOW })).toMatchObject({ balance: 0 });
  expect(add(withBalance(LIMITS.credits), { amount: 1, now: NOW }).balance).toBe(LIMITS.credits);
});

it('adds once for each request that is named, for a day and among the newest', () => {
  const first = add(withBalance(10), { amount: 5, now: NOW, request: 'r0' });
  expect(first.balance).toBe(15);
  const others = { amount: 5, now: NOW + LIMITS.idempotencyKeyMs - 1 };
  expect(add(first, { ...others, request: 'r0' })).toBe(first);
  expect(add(add(first, others), { ...others, request: 'r1' }).balance).toBe(25);
  expect(add(first, { amount: 5, now: NOW + LIMITS.idempotencyKeyMs, request: 'r0' }).balance).toBe(20);
  let account = first;
  for (let n = 1; n <= LIMITS.creditChangesRemembered; n++) account = add(account, { ...others, request: `r${n}` });
  expect(account.added).toHaveLength(LIMITS.creditChangesRemembered);
  expect(add(account, { ...others, request: 'r1' })).toBe(account);
});

it('sets a balance, and takes the limit off', () => {
  const free = set(withBalance(10), { balance: null, now: NOW });
  expect(free).toMatchObject({ limited: false, sequence: 1 });
  expect(set(free, { balance: 70, now: NOW })).toMatchObject({ limited: true, balance: 70, sequence: 2, low_below: 7 });
  expect(set(free, { balance: 70, now: NOW }).untold.at(-1)).toMatchObject({ type: 'set', amount: 70, balance: 70 });
});

it('is set by a later version of the organisation alone, however often and in whatever order they come', () => {
  const later = set(withBalance(10), { balance: 70, now: NOW, version: 6 });
  expect(later).toMatchObject({ balance: 70, set_by_version: 6 });
  const used = settled(later, 'a', 20);
  for (const version of [5, 6]) expect(set(used, { balance: 1_000, now: NOW, version })).toBe(used);
  expect(set(used, { balance: null, now: NOW, version: 7 })).toMatchObject({ limited: false, set_by_version: 7 });
});

it('never has less than nothing, and its ledger says how it came to what it has', () => {
  const id = fc.integer({ min: 0, max: 9 }).map((n) => callId(String(n)));
  const amount = fc.integer({ min: 0, max: 400 });
  const change = fc.oneof(
    fc.record({ does: fc.constant('reserve' as const), id, amount }),
    fc.record({ does: fc.constant('settle' as const), id, amount }),
    fc.record({ does: fc.constant('add' as const), amount: fc.integer({ min: -400, max: 400 }) }),
    fc.record({ does: fc.constant('wait' as const), amount: fc.integer({ min: 0, max: 400_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      let now = NOW;
      let account: CreditAccount = { ...NEW_ACCOUNT, ...withBalance(1_000) };
      for (const one of changes) {
        if (one.does === 'reserve') account = reserve(account, { ...one, now, mayTakeMs: 0 }).account;
        else if (one.does === 'settle') account = settle(account, { id: one.id, cost: one.amount, now, usage: USE });
        else if (one.does === 'add') account = add(account, { amount: one.amount, now });
        else now += one.amount;
        expect(account.balance).toBeGreaterThanOrEqual(0);
      }
      expect(account.untold.map(({ sequence }) => sequence)).toEqual(account.untold.map((_, index) => index + 1));
      expect(account.untold.reduce((sum, entry) => sum + entry.amount, 0)).toBe(account.balance);
    }),
  );
});
