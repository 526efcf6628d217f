import {
  CreateOrganisation,
  CreateOrganisationToken,
  CreateWorkflow,
  DeleteOrganisation,
  GetOrganisation,
  ListOrganisations,
  ListSecrets,
  ListVariables,
  OrganisationSnapshot,
  ListAiProviders,
  ListMailSenders,
  PutAiProvider,
  PutMailSender,
  PutVariable,
  TokenSnapshot,
  UpdateOrganisation,
  VariablesSnapshot,
  WebhookSnapshot,
} from '@millrace/contracts';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { SnapshotUpkeep } from '../src/snapshots/snapshot-upkeep.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

let fixture: Fixture;
let replica: Replica;
beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

const create = (members = {}) =>
  fixture.client.request(CreateOrganisation, { organisation: { name: 'Acme', ...members } });
const update = (organisation_id: string, patch: object, if_version?: number) =>
  fixture.client.request(UpdateOrganisation, { organisation_id, patch, if_version });
const remove = (organisation_id: string) => fixture.client.request(DeleteOrganisation, { organisation_id });
const published = (organisation_id: string) => fixture.client.snapshots.get(OrganisationSnapshot, { organisation_id });

describe('an organisation', () => {
  it('is published when it is made and when it is changed, with those limits alone that are its own', async () => {
    const { id, version, limits } = await create({ limits: { api_calls_per_hour: 5 } });
    expect(limits).toEqual({ api_calls_per_hour: 5, executions_per_minute: null, webhook_calls_per_minute: null });
    expect(await published(id)).toEqual({ organisation_id: id, suspended: false, limits: { api_calls_per_hour: 5 } });
    const changed = await update(id, { suspended: true, limits: { webhook_calls_per_minute: 7 } }, version);
    expect(changed).toMatchObject({ suspended: true, version: version + 1 });
    expect(changed.limits).toMatchObject({ api_calls_per_hour: 5, webhook_calls_per_minute: 7 });
    expect(await published(id)).toMatchObject({ suspended: true, limits: { webhook_calls_per_minute: 7 } });
    await expect(update(id, { name: 'Late' }, version)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect((await update(id, { limits: { api_calls_per_hour: null } })).limits.api_calls_per_hour).toBeNull();
    expect((await published(id))?.limits).toEqual({ webhook_calls_per_minute: 7 });
  });

  it('keeps what several change at once, and is changed by one of those who ask for the same version', async () => {
    const { id } = await create();
    const limits = { api_calls_per_hour: 1, executions_per_minute: 2, webhook_calls_per_minute: 3 };
    const each = Object.entries(limits).map(([name, limit]) => update(id, { limits: { [name]: limit } }));
    const version = Math.max(...(await Promise.all(each)).map((changed) => changed.version));
    expect(await fixture.client.request(GetOrganisation, { organisation_id: id })).toMatchObject({ limits, version });
    const names = await Promise.allSettled([1, 2, 3, 4].map((n) => update(id, { name: `Acme ${n}` }, version)));
    expect(names.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await published(id)).toMatchObject({ limits });
  });

  it('is on one page of the list, by id', async () => {
    const ids = [(await create()).id, (await create()).id].sort();
    const found: string[] = [];
    let starting_after: string | undefined;
    do {
      const page = await fixture.client.request(ListOrganisations, { limit: 1, starting_after });
      found.push(...page.organisations.map(({ id }) => id));
      starting_after = page.next_cursor ?? undefined;
    } while (starting_after !== undefined);
    expect(found).toEqual([...found].sort());
    expect(found.filter((id) => ids.includes(id))).toEqual(ids);
  });

  it('that is not there has no token, no change and no end', async () => {
    const organisation_id = 'org_nobody';
    const token = { name: 'a', scopes: ['*' as const] };
    const unknown = expect.objectContaining({ code: 'ORGANISATION_NOT_FOUND' });
    await expect(fixture.client.request(GetOrganisation, { organisation_id })).rejects.toEqual(unknown);
    await expect(fixture.client.request(CreateOrganisationToken, { organisation_id, token })).rejects.toEqual(unknown);
    await expect(update(organisation_id, {})).rejects.toEqual(unknown);
    await expect(remove(organisation_id)).rejects.toEqual(unknown);
  });

  it('stays suspended when its snapshot was lost', async () => {
    const { id } = await create({ suspended: true });
    await fixture.client.snapshots.delete(OrganisationSnapshot, { organisation_id: id });
    await replica.app.get(SnapshotUpkeep).audit(new AbortController().signal);
    expect(await published(id)).toMatchObject({ suspended: true });
  });
});

describe('a deleted organisation', () => {
  it('was suspended before; its tokens are gone at once, its workflows and settings too, and late ones with the audit', async () => {
    const { id: organisation_id } = await create();
    const question = { organisation_id, token: { name: 'a', scopes: ['*' as const] } };
    const { token } = await fixture.client.request(CreateOrganisationToken, question);
    const document = { name: 'Hook', trigger: { type: 'webhook' }, steps: [{ id: 'a', type: 'stop', config: {} }] };
    const make = async () => {
      const workflow = await fixture.client.request(CreateWorkflow, { organisation_id, document });
      const { config } = workflow['trigger'] as { config: { url: string } };
      return { webhook_id: config.url.split('/').at(-1) ?? '' };
    };
    const address = await make();
    await fixture.client.request(PutVariable, { organisation_id, name: 'region', value: 'eu' });
    const sender = {
      host: 'smtp.example.com',
      port: 25,
      tls: 'none' as const,
      from: 'a@example.com',
      rate_per_minute: 1,
    };
    await fixture.client.request(PutMailSender, { organisation_id, name: 'relay', sender });
    const provider = { type: 'ollama' as const, models: ['llama'], aliases: {}, default: false };
    await fixture.client.request(PutAiProvider, { organisation_id, name: 'own', provider });
    await expect(remove(organisation_id)).rejects.toMatchObject({ code: 'ORGANISATION_NOT_SUSPENDED' });
    await update(organisation_id, { suspended: true });
    await remove(organisation_id);
    expect(await fixture.client.snapshots.get(TokenSnapshot, { token_hash: tokenHash(token) })).toBeNull();
    expect(await published(organisation_id)).toMatchObject({ suspended: true });
    await expect(remove(organisation_id)).rejects.toMatchObject({ code: 'ORGANISATION_NOT_FOUND' });
    const gone = async (webhook: { webhook_id: string }) =>
      (await fixture.client.snapshots.get(WebhookSnapshot, webhook)) === null;
    await waitUntil('its webhook to go', () => gone(address), 20_000);
    await waitUntil('its variables to go', async () => {
      const snapshot = await fixture.client.snapshots.get(VariablesSnapshot, { organisation_id });
      return Object.keys(snapshot?.variables ?? {}).length === 0;
    });
    for (const list of [ListSecrets, ListVariables, ListMailSenders, ListAiProviders])
      expect(
        Object.values(await fixture.client.request(list as typeof ListVariables, { organisation_id, limit: 5 }))[0],
      ).toEqual([]);

    const late = await make();
    await replica.app.get(SnapshotUpkeep).audit(new AbortController().signal);
    await waitUntil('the late webhook to go', () => gone(late), 20_000);
    expect(await published(organisation_id)).toMatchObject({ suspended: true });
  });

  it('is none that the settings name', async () => {
    await update('org_dev', { suspended: true });
    await expect(remove('org_dev')).rejects.toMatchObject({ code: 'TOKEN_FROM_SETTINGS' });
    await update('org_dev', { suspended: false });
  });
});

describe('the settings', () => {
  const token = 'limited-token-0123456789abcdef';
  const named = (organisation_id: string, limits?: object) => ({
    MILLRACE_BOOTSTRAP_TOKENS: JSON.stringify([{ organisation_id, name: 'Named', token, limits }]),
  });

  it('set limits at each start, and leave those alone that they do not name', async () => {
    const version = async () =>
      (await fixture.client.request(GetOrganisation, { organisation_id: 'org_named' })).version;
    await (await fixture.start(named('org_named', { api_calls_per_hour: 9 }))).stop();
    expect((await published('org_named'))?.limits).toEqual({ api_calls_per_hour: 9 });
    const before = await version();
    await (await fixture.start(named('org_named', { api_calls_per_hour: 9 }))).stop();
    await (await fixture.start(named('org_named'))).stop();
    expect(await version()).toBe(before);
    expect((await published('org_named'))?.limits).toEqual({ api_calls_per_hour: 9 });
  });

  it('make no token for an organisation that was deleted', async () => {
    const { id } = await create({ suspended: true });
    await remove(id);
    await (await fixture.start(named(id))).stop();
    expect(await fixture.client.snapshots.get(TokenSnapshot, { token_hash: tokenHash(token) })).toBeNull();
  });

  it('complete an organisation of an earlier release, which is then published', async () => {
    const former = { _id: 'org_former', name: 'Former', created_at: new Date(), workflow_bytes: 5 };
    await fixture.mongo.collection('organisations').insertOne(former as never);
    await (await fixture.start()).stop();
    expect(await published('org_former')).toEqual({ organisation_id: 'org_former', suspended: false, limits: {} });
    const organisation = await fixture.client.request(GetOrganisation, { organisation_id: 'org_former' });
    expect(organisation).toMatchObject({ name: 'Former', version: 1, created_at: former.created_at.toISOString() });
  });
});
