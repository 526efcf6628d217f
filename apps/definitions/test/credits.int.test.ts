import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AddCredits,
  CreateEventSubscription,
  CreateOrganisation,
  CreditAccountRecord,
  CreditsNoted,
  EventOccurred,
  GetCredits,
  GetCreditUsage,
  GetOrganisation,
  LIMITS,
  OrganisationSnapshot,
  UpdateOrganisation,
  type CreditEntry,
  type CreditUsageGroup,
  type ModelUse,
} from '@millrace/contracts';
import { documentedEvent, waitUntil } from '@millrace/testing';
import { purgeRecord } from './credits.fixture.js';
import { CreditBook } from '../src/credits/credit-book.js';
import { SnapshotUpkeep } from '../src/snapshots/snapshot-upkeep.js';
import { startReplicaWithKeys } from './master-keys.fixture.js';

const running = startReplicaWithKeys();
const client = () => running.fixture.client;

const anOrganisation = async (credits: number | null): Promise<string> =>
  (await client().request(CreateOrganisation, { organisation: { name: 'Acme', credits } })).id;
const creditsOf = (organisation_id: string, page = {}) =>
  client().request(GetCredits, { organisation_id, limit: 20, ...page });
const usageOf = (organisation_id: string, group_by: CreditUsageGroup, range = {}) =>
  client().request(GetCreditUsage, { organisation_id, group_by, ...range });
const book = () => running.replica.app.get(CreditBook);

const USE: ModelUse = {
  workflow_id: 'wf_1',
  execution_id: 'exec_1',
  step_path: 'ask',
  label: 'order 1',
  provider: 'openai',
  owner: 'installation',
  model: 'gpt-5.4',
  input_tokens: 300,
  output_tokens: 100,
  cost: 1_300,
};
const AT = '2026-11-25T09:00:00.000Z';
const DAY = { from: '2026-11-25T00:00:00Z', to: '2026-11-26T00:00:00Z' };
const line = (sequence: number, rest: Partial<CreditEntry> = {}): CreditEntry => ({
  ...{ sequence, at: AT, type: 'usage', amount: -1_300, balance: 10_000 - 1_300 * sequence, usage: USE },
  ...rest,
});
const FIGURES = { calls: 1, input_tokens: 300, output_tokens: 100, cost: 1_300, charged: 1_300, unpriced_calls: 0 };

it('a balance is set, added to and taken off, and the ledger says so, in pages', async () => {
  const organisation_id = await anOrganisation(1_000);
  expect(await client().snapshots.get(OrganisationSnapshot, { organisation_id })).toMatchObject({
    limited_credits: true,
  });
  const change = { amount: 500, note: 'Invoice 1' };
  expect(await client().request(AddCredits, { organisation_id, change })).toMatchObject({
    balance: 1_500,
    low_below: 150,
  });
  await client().request(UpdateOrganisation, { organisation_id, patch: { credits: 70 } });
  expect(await client().request(GetOrganisation, { organisation_id })).toMatchObject({ credits: 70 });
  const first = await creditsOf(organisation_id, { limit: 2 });
  expect(first).toMatchObject({
    limited: true,
    balance: 70,
    reserved: 0,
    available: 70,
    next_cursor: '2',
    has_more: true,
  });
  const second = await creditsOf(organisation_id, { limit: 2, starting_after: first.next_cursor });
  expect([...first.ledger, ...second.ledger]).toMatchObject([
    { sequence: 3, type: 'set', amount: -1_430, balance: 70 },
    { sequence: 2, type: 'added', amount: 500, balance: 1_500, note: 'Invoice 1' },
    { sequence: 1, type: 'set', amount: 1_000, balance: 1_000 },
  ]);
  await client().request(UpdateOrganisation, { organisation_id, patch: { credits: null } });
  expect(await creditsOf(organisation_id)).toMatchObject({ limited: false, balance: null, available: null });
  expect(await client().snapshots.get(OrganisationSnapshot, { organisation_id })).not.toHaveProperty('limited_credits');
  await expect(client().request(AddCredits, { organisation_id, change })).rejects.toMatchObject({
    code: 'CREDITS_UNLIMITED',
  });
  await expect(client().request(AddCredits, { organisation_id: 'org_nobody', change })).rejects.toMatchObject({
    code: 'ORGANISATION_NOT_FOUND',
  });
});

it('a change that is refused leaves the balance alone, and of many at once one sets it', async () => {
  const organisation_id = await anOrganisation(1_000);
  const { version } = await client().request(GetOrganisation, { organisation_id });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      client().request(UpdateOrganisation, { organisation_id, patch: { credits: 2_000 + n }, if_version: version }),
    ),
  );
  const changed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(changed).toHaveLength(1);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject(
    Array<object>(19).fill({ reason: { code: 'VERSION_CONFLICT' } }),
  );
  const { balance, ledger } = await creditsOf(organisation_id);
  expect([balance, ledger.map(({ type }) => type)]).toEqual([changed[0]?.credits, ['set', 'set']]);
});

it('a balance that was decided on is set although the process that did so has died, and once', async () => {
  const decided = async (balance: number): Promise<string> => {
    const organisation_id = await anOrganisation(1_000);
    const { version } = await client().request(GetOrganisation, { organisation_id });
    const due = { revision: version + 1, due_credits: { balance, revision: version + 1 }, snapshot_pending: true };
    await running.fixture.mongo.collection('organisations').updateOne({ _id: organisation_id as never }, { $set: due });
    return organisation_id;
  };
  const [swept, added] = [await decided(70), await decided(70)];
  // Whoever adds does so after what was decided before, whether that has been set by then or not.
  expect(await client().request(AddCredits, { organisation_id: added, change: { amount: 5 } })).toMatchObject({
    balance: 75,
  });
  await waitUntil('the balance to be set', async () => (await creditsOf(swept)).balance === 70);
  await running.replica.app.get(SnapshotUpkeep).audit(new AbortController().signal);
  for (const organisation_id of [swept, added]) {
    const { ledger } = await creditsOf(organisation_id);
    expect(ledger.filter(({ type }) => type === 'set').map(({ amount }) => amount)).toEqual([-930, 1_000]);
    const stored = await running.fixture.mongo.collection('organisations').findOne({ _id: organisation_id as never });
    expect(stored).not.toHaveProperty('due_credits');
  }
});

it('a request that is repeated because its answer was lost adds once', async () => {
  const organisation_id = await anOrganisation(1_000);
  const question = { organisation_id, change: { amount: 500 } };
  for (let times = 0; times < 2; times++)
    expect(await client().request(AddCredits, { ...question, request_key: 'a' })).toMatchObject({ balance: 1_500 });
  expect(await client().request(AddCredits, { ...question, request_key: 'b' })).toMatchObject({ balance: 2_000 });
  expect((await creditsOf(organisation_id)).ledger).toHaveLength(3);
});

it('what executors note is in the ledger and counted once, however often it comes', async () => {
  const organisation_id = await anOrganisation(null);
  const free = { ...USE, provider: 'own', owner: 'organisation' as const, cost: null };
  const noted = [
    { organisation_id, note_id: '1', at: AT, entry: line(1) },
    { organisation_id, note_id: '2', at: AT, entry: line(2, { usage: { ...USE, workflow_id: 'wf_2' } }) },
    { organisation_id, note_id: 'abc', at: AT, usage: free },
  ];
  for (const note of noted) await client().publish(CreditsNoted, note);
  await waitUntil('all is counted', async () => (await usageOf(organisation_id, 'label', DAY)).totals.calls === 3);
  // Delivered again, as after a crash between any two writes.
  for (const note of noted) await book().note(note);
  const all = { calls: 3, input_tokens: 900, output_tokens: 300, cost: 2_600, charged: 2_600, unpriced_calls: 1 };
  expect(await usageOf(organisation_id, 'day', DAY)).toMatchObject({
    totals: all,
    groups: [{ key: '2026-11-25', ...all }],
  });
  expect((await usageOf(organisation_id, 'workflow', DAY)).groups).toMatchObject([
    { key: 'wf_1', calls: 2, unpriced_calls: 1, cost: 1_300 },
    { key: 'wf_2', ...FIGURES },
  ]);
  expect((await usageOf(organisation_id, 'model', DAY)).groups.map(({ key }) => key)).toEqual([
    'openai/gpt-5.4',
    'own/gpt-5.4',
  ]);
  expect((await usageOf(organisation_id, 'label', DAY)).groups).toEqual([{ key: 'order 1', ...all }]);
  expect((await creditsOf(organisation_id)).ledger).toMatchObject([
    { sequence: 2, workflow_id: 'wf_2', model: 'gpt-5.4', input_tokens: 300 },
    { sequence: 1, workflow_id: 'wf_1', execution_id: 'exec_1', step_path: 'ask' },
  ]);
  const other = await anOrganisation(null);
  expect([(await usageOf(other, 'day', DAY)).totals.calls, (await creditsOf(other)).ledger]).toEqual([0, []]);
});

it('what is noted at the same time is all counted, also where it is the first of its day', async () => {
  for (let day = 1; day <= 5; day++) {
    const organisation_id = await anOrganisation(null);
    const notes = Array.from({ length: 20 }, (_, n) => ({ organisation_id, note_id: `n${n}`, at: AT, usage: USE }));
    await Promise.all(notes.map((note) => book().note(note)));
    expect((await usageOf(organisation_id, 'day', DAY)).totals.calls).toBe(20);
  }
});

it('what was used outside of a workflow is of none', async () => {
  const organisation_id = await anOrganisation(null);
  await book().note({ organisation_id, note_id: '1', at: AT, usage: { ...USE, workflow_id: '' } });
  expect((await usageOf(organisation_id, 'workflow', DAY)).groups).toMatchObject([{ key: null, calls: 1 }]);
});

it('names beyond those of a day are counted together', async () => {
  const organisation_id = await anOrganisation(null);
  const used = (n: number) => ({ organisation_id, note_id: `n${n}`, at: AT, usage: { ...USE, label: `order ${n}` } });
  const { database, mongo } = running.fixture;
  expect(mongo.name).toBe(database);
  await book().note(used(0));
  const template = await mongo.collection('credit_usage').findOne({ organisation_id, group: 'label' });
  const others = Array.from({ length: LIMITS.creditUsageNames - 1 }, (_, n) => ({ ...template, _id: `x${n}` as never, key: `x${n}`, cost: 1 })); // prettier-ignore
  await mongo.collection('credit_usage').insertMany(others);
  for (const n of [1, 2, 0, 2]) await book().note(used(n));
  const { groups, more } = await usageOf(organisation_id, 'label', DAY);
  expect(groups.slice(0, 2)).toMatchObject([
    { key: null, calls: 2 },
    { key: 'order 0', calls: 1 },
  ]);
  expect([groups.length, more]).toEqual([LIMITS.creditUsageGroups, true]);
});

it('a range that is too long is refused, and so is one that ends before it begins', async () => {
  const refused = expect.objectContaining({ code: 'INVALID_INPUT' });
  const year = { from: '2025-11-25T00:00:00Z', to: '2026-11-26T00:00:00Z' };
  expect(await usageOf('org_1', 'day', year)).toMatchObject({ groups: [] });
  await expect(usageOf('org_1', 'label', year)).rejects.toEqual(refused);
  await expect(usageOf('org_1', 'day', { ...year, from: '2025-11-24T00:00:00Z' })).rejects.toEqual(refused);
  await expect(usageOf('org_1', 'day', { from: DAY.to, to: DAY.from })).rejects.toEqual(refused);
});

it('subscribers are notified that little or nothing is left, in the form of the page', async () => {
  const organisation_id = await anOrganisation(10_000);
  await client().request(CreateEventSubscription, {
    organisation_id,
    subscription: { url: 'https://example.com/hooks', events: ['credits.low', 'credits.exhausted'] },
  });
  const entry = line(2, { balance: 0, tells: ['low', 'exhausted'] });
  for (let n = 0; n < 2; n++) await book().enter(organisation_id, entry);
  const events = (await client().readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    ['credits.low', { balance: 0 }],
    ['credits.exhausted', { balance: 0 }],
  ]);
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');
  for (const { type, data } of events) expect(Object.keys(data)).toEqual(Object.keys(documentedEvent(page, type).data));
});

it('a balance that NATS has lost is made again of the ledger, and never without limit', async () => {
  const organisation_id = await anOrganisation(1_000);
  await book().enter(organisation_id, line(2, { balance: 300 }));
  await purgeRecord(client(), organisation_id);
  expect(await client().creditRecords.read(CreditAccountRecord, { organisation_id })).toBeNull();
  await running.replica.app.get(SnapshotUpkeep).audit(new AbortController().signal);
  expect(await creditsOf(organisation_id)).toMatchObject({ limited: true, balance: 300 });
  await client().request(AddCredits, { organisation_id, change: { amount: 1 } });
  expect((await creditsOf(organisation_id)).ledger[0]).toMatchObject({ sequence: 3, balance: 301 });
});

it('an organisation of the settings begins with its balance, and another start does not fill it up', async () => {
  const token = 'bootstrap-token-0123456789abcdef';
  const entry = { organisation_id: 'org_settings', name: 'Settings', token, credits: 5_000 };
  const settings = { MILLRACE_BOOTSTRAP_TOKENS: JSON.stringify([entry]) };
  await (await running.fixture.start(settings)).stop();
  expect(await creditsOf('org_settings')).toMatchObject({ limited: true, balance: 5_000 });
  await client().request(AddCredits, { organisation_id: 'org_settings', change: { amount: -1_000 } });
  await (await running.fixture.start(settings)).stop();
  expect(await creditsOf('org_settings')).toMatchObject({ balance: 4_000 });
});

it('a balance whose record an earlier release has spoiled with absurd numbers is readable, and can be set and added to', async () => {
  const organisation_id = await anOrganisation(1_000);
  const records = client().creditRecords;
  const stored = await records.read(CreditAccountRecord, { organisation_id });
  if (stored === null) throw new Error('There is no balance');
  const usage = { ...USE, input_tokens: 9e18, output_tokens: 9e18, cost: 9e24 };
  const untold = [
    { ...line(stored.value.sequence + 1, { amount: -1_000, balance: 0, usage }), at: new Date(0).toISOString() },
  ];
  const spoiled = { ...stored.value, balance: 0, sequence: stored.value.sequence + 1, untold };
  await records.write(CreditAccountRecord, { organisation_id }, spoiled, stored.revision);
  const read = records.read(CreditAccountRecord, { organisation_id });
  await expect(read).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { message: /too big/i } });
  expect(await creditsOf(organisation_id)).toMatchObject({ limited: true, balance: 0 });
  await client().request(UpdateOrganisation, { organisation_id, patch: { credits: 70 } });
  const change = { amount: 30, note: 'Invoice 2' };
  const { balance, ledger } = await client().request(AddCredits, { organisation_id, change });
  expect(balance).toBe(100);
  // The line itself is kept, as near as its numbers can be known.
  expect(ledger.find(({ type }) => type === 'usage')).toMatchObject({ input_tokens: Number.MAX_SAFE_INTEGER });
  expect(await records.read(CreditAccountRecord, { organisation_id })).toMatchObject({ value: { balance: 100 } });
  const range = { from: '1970-01-01T00:00:00Z', to: '1970-01-02T00:00:00Z' };
  await book().note({ organisation_id, note_id: 'n', at: new Date(0).toISOString(), usage });
  expect(await usageOf(organisation_id, 'model', range)).toMatchObject({
    totals: { input_tokens: Number.MAX_SAFE_INTEGER },
  });
});
