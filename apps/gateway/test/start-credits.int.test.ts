import { ActiveSnapshot, AppError, newId, OrganisationSnapshot, VersionSnapshot } from '@millrace/contracts';
import { connectBus, TOPOLOGY, type NatsBus } from '@millrace/messaging';
import { StoredAccount } from '@millrace/service-kit/credits';
import { silentLogger } from '@millrace/service-kit/logging';
import { startNats, type OwnServer } from '@millrace/testing';
import { StartCredits } from '../src/credits/start-credits.js';

let nats: OwnServer;
let bus: NatsBus;
let credits: StartCredits;
/** Organisations with a provider of models of their own. */
const withProviders = new Set<string>();
let isAway = false;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger(), topology: TOPOLOGY });
  const asking = {
    snapshots: bus.snapshots,
    creditRecords: bus.creditRecords,
    // As `definitions` answers.
    request: (_: unknown, { organisation_id }: { organisation_id: string }) =>
      isAway
        ? Promise.reject(new AppError('SERVICE_UNAVAILABLE'))
        : Promise.resolve({ providers: withProviders.has(organisation_id) ? [{ name: 'own' }] : [] }),
  };
  credits = new StartCredits(asking as unknown as NatsBus);
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

const ASKS = { id: 'ask', type: 'ai_completion', config: { prompt: 'Well?' } };
const SAYS = { id: 'say', type: 'transform', config: { value: { type: 'ai_completion', words: 'ai_completion' } } };
const LOOP = { id: 'each', type: 'loop', config: { items: [1], steps: [SAYS, ASKS] } };
const PARALLEL = { id: 'both', type: 'parallel', config: { branches: { a: [SAYS], b: [LOOP] } } };

interface Scene {
  /** The steps of each version; the last one is the active one. */
  readonly versions: readonly (readonly object[])[];
  readonly limited?: boolean;
  readonly balance?: number;
}

/** A workflow of an organisation of its own, which has used up its credits by default. */
async function scene({ versions, limited = true, balance = 0 }: Scene) {
  const start = { organisation_id: newId('organisation'), workflow_id: newId('workflow') };
  const { organisation_id } = start;
  const limits = limited ? { limited_credits: true as const } : {};
  const organisation = { organisation_id, name: 'Example', suspended: false, limits: {}, ...limits };
  await bus.snapshots.put(OrganisationSnapshot, { organisation_id }, organisation);
  for (const [index, steps] of versions.entries()) {
    const version = { ...start, version: index + 1 };
    const document = JSON.stringify({ name: 'Test', steps });
    await bus.snapshots.put(VersionSnapshot, version, { ...version, name: 'Test', document });
  }
  await bus.snapshots.put(ActiveSnapshot, start, { ...start, version: versions.length, status: 'active' });
  const account = {
    ...{ limited: true, balance, sequence: 1, low_below: 0, told: 'exhausted' as const },
    ...{ reservations: [], charged: [], untold: [] },
  };
  await bus.creditRecords.write(StoredAccount, { organisation_id }, account, 0);
  return start;
}

const REFUSED = { code: 'INSUFFICIENT_CREDITS', details: { balance: 0 } };

describe('a start of an organisation that has used up its credits', () => {
  it.each([
    ['asks a model', [ASKS]],
    ['asks one in a loop', [SAYS, LOOP]],
    ['asks one in a loop of a branch', [PARALLEL]],
  ])('is refused when its workflow %s', async (_, steps) => {
    await expect(credits.require(await scene({ versions: [steps] }))).rejects.toMatchObject(REFUSED);
  });

  it('is accepted when its workflow has the word alone', async () => {
    expect(await credits.require(await scene({ versions: [[SAYS]] }))).toBeUndefined();
  });

  it('is accepted when the organisation has a provider of its own, which it pays itself', async () => {
    const start = await scene({ versions: [[ASKS]] });
    withProviders.add(start.organisation_id);
    expect(await credits.require(start)).toBeUndefined();
  });

  it('is accepted while nobody can say whether it has one: its step decides', async () => {
    const start = await scene({ versions: [[ASKS]] });
    isAway = true;
    const required = credits.require(start).finally(() => (isAway = false));
    expect(await required).toBeUndefined();
  });

  it('is decided by the version that is started, not by the active one', async () => {
    const asking = await scene({ versions: [[ASKS], [SAYS]] });
    expect(await credits.require(asking)).toBeUndefined();
    await expect(credits.require({ ...asking, version: 1 })).rejects.toMatchObject(REFUSED);
    const silent = await scene({ versions: [[SAYS], [ASKS]] });
    await expect(credits.require(silent)).rejects.toMatchObject(REFUSED);
    expect(await credits.require({ ...silent, version: 1 })).toBeUndefined();
  });
});

it.each([
  ['has credits left', { balance: 1 }],
  ['has no balance', { limited: false }],
])('a start of an organisation that %s is accepted', async (_, rest) => {
  expect(await credits.require(await scene({ versions: [[ASKS]], ...rest }))).toBeUndefined();
});

it('says nothing of the workflow of another organisation', async () => {
  const { workflow_id } = await scene({ versions: [[ASKS]] });
  const { organisation_id } = await scene({ versions: [[SAYS]] });
  expect(await credits.require({ organisation_id, workflow_id })).toBeUndefined();
});
