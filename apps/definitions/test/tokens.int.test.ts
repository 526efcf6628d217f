import {
  CreateToken,
  GetTokenOwner,
  ListTokens,
  RecordTokenUses,
  RevokeToken,
  TokenSnapshot,
  UpdateToken,
} from '@millrace/contracts';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { uniqueName } from '@millrace/testing';
import { TokenSnapshots } from '../src/snapshots/token-snapshots.js';
import type { TokenRecord } from '../src/tokens/token.schema.js';
import { DEV_TOKEN, openFixture, type Fixture, type Replica } from './definitions.fixture.js';

let fixture: Fixture;
let replica: Replica;
let organisation_id: string;
beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start();
}, 180_000);
beforeEach(() => {
  organisation_id = uniqueName('org');
});
afterAll(() => fixture.stop());

const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

const create = (
  members: { scopes?: string[]; expires_at?: string } = {},
  caller_scopes = ['*'],
  caller_expires_at?: string,
) =>
  fixture.client.request(CreateToken, {
    organisation_id,
    caller_scopes,
    caller_expires_at,
    token: { name: 'Deployment', scopes: ['workflows:read'], ...members } as never,
  });
const update = (token_id: string, patch: object, caller_scopes = ['*'], if_version?: number) =>
  fixture.client.request(UpdateToken, { organisation_id, token_id, caller_scopes, patch, if_version });
const revoke = (token_id: string) => fixture.client.request(RevokeToken, { organisation_id, token_id });
const list = (page: { limit?: number; starting_after?: string } = {}) =>
  fixture.client.request(ListTokens, { organisation_id, limit: 20, ...page });
const published = (token: string) => fixture.client.snapshots.get(TokenSnapshot, { token_hash: tokenHash(token) });
const stored = async (id: string) =>
  (await fixture.mongo.collection('api_tokens').findOne({ _id: id as never })) as unknown as TokenRecord;

describe('a token that expires', () => {
  const later = new Date(Date.parse(TOMORROW) + 1).toISOString();
  const change = (token_id: string, patch: object) => {
    const by = { caller_scopes: ['workflows:read', 'tokens:write'], caller_expires_at: TOMORROW };
    return fixture.client.request(UpdateToken, { organisation_id, token_id, ...by, patch });
  };

  it('makes none that outlives it', async () => {
    expect(await create({}, ['*'], TOMORROW)).toMatchObject({ expires_at: TOMORROW });
    expect(await create({ expires_at: TOMORROW }, ['*'], TOMORROW)).toMatchObject({ expires_at: TOMORROW });
    const refused = { code: 'FORBIDDEN', details: { expires_at: TOMORROW } };
    await expect(create({ expires_at: later }, ['*'], TOMORROW)).rejects.toMatchObject(refused);
  });

  it('lengthens the time of none, and gives none more that lasts longer', async () => {
    const { id } = await create({ expires_at: TOMORROW });
    const refused = { code: 'FORBIDDEN', details: { expires_at: TOMORROW } };
    await expect(change(id, { expires_at: null })).rejects.toMatchObject(refused);
    await expect(change(id, { expires_at: later })).rejects.toMatchObject(refused);
    await expect(change(id, { scopes: ['workflows:read', 'tokens:write'] })).resolves.toMatchObject({ id });
    const { id: lasting } = await create();
    await expect(change(lasting, { scopes: ['tokens:write'] })).rejects.toMatchObject(refused);
    await expect(change(lasting, { name: 'Another' })).resolves.toMatchObject({ name: 'Another' });
    await expect(change(lasting, { expires_at: TOMORROW })).resolves.toMatchObject({ expires_at: TOMORROW });
  });
});

describe('a new token', () => {
  it('works when its text is there, which is stored nowhere and shown once', async () => {
    const { token, ...created } = await create({ expires_at: TOMORROW });
    expect(await published(token)).toEqual({
      token_id: created.id,
      organisation_id,
      scopes: ['workflows:read'],
      expires_at: TOMORROW,
    });
    expect(created).toMatchObject({ prefix: 'mr_live_', last_four: token.slice(-4), from_settings: false });
    expect(await list()).toEqual({ tokens: [created], next_cursor: null, has_more: false });
    const record = JSON.stringify(await stored(created.id));
    expect(record).toContain(tokenHash(token));
    expect(record).not.toContain(token.slice('mr_live_'.length, -7));
  });

  it('has no scope that its maker lacks, nor all of them from one that has all there are now', async () => {
    const asked = create({ scopes: ['workflows:read', 'executions:read', 'executions:write'] }, [
      'tokens:write',
      'workflows:read',
    ]);
    await expect(asked).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { missing_scopes: ['executions:read', 'executions:write'] },
    });
    await expect(create({ scopes: ['*'] }, ['tokens:write'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await list()).tokens).toEqual([]);
    expect((await create({ scopes: ['workflows:read'] }, ['tokens:write', 'workflows:read'])).scopes).toEqual([
      'workflows:read',
    ]);
  });

  it('does not expire in the past', async () => {
    await expect(create({ expires_at: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [{ path: 'expires_at' }] },
    });
  });

  it('is one of a hundred at most', async () => {
    const { id } = await create();
    const record = await stored(id);
    const others = Array.from({ length: 99 }, (_, index) => ({
      ...record,
      _id: `${id}-${index}`,
      token_hash: `${record.token_hash}-${index}`,
    }));
    await fixture.mongo.collection('api_tokens').insertMany(others as never);
    await expect(create()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', details: { kind: 'tokens', limit: 100 } });
    await revoke(id);
    await create();
  });
});

describe('a changed token', () => {
  it('has its new scopes and expiry at once', async () => {
    const { id, token } = await create();
    await update(id, { scopes: ['executions:read'], expires_at: TOMORROW });
    expect(await published(token)).toMatchObject({ scopes: ['executions:read'], expires_at: TOMORROW });
    expect(await update(id, { expires_at: null, name: 'Renamed' })).toMatchObject({
      expires_at: null,
      name: 'Renamed',
    });
    expect(await published(token)).not.toHaveProperty('expires_at');
  });

  it('is at a version, which a change can ask for', async () => {
    const { id, version } = await create();
    const renamed = await update(id, { name: 'Renamed' }, ['*'], version);
    expect(renamed).toMatchObject({ name: 'Renamed', version: version + 1 });
    await expect(update(id, { name: 'Late' }, ['*'], version)).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { token_id: id, if_version: version, current_version: version + 1 },
    });
    expect((await list()).tokens).toEqual([renamed]);
  });

  it('is changed by one of many who have read the same version at once', async () => {
    const { id, version } = await create();
    const changes = Array.from({ length: 10 }, (_, n) => update(id, { name: `Of ${n}` }, ['*'], version));
    const outcomes = await Promise.allSettled(changes);
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refused).toEqual(Array(9).fill(expect.objectContaining({ code: 'VERSION_CONFLICT' })));
    expect((await list()).tokens).toMatchObject([{ id, version: version + 1 }]);
  });

  it('is at the same version after it was used and published again', async () => {
    const { id, version } = await create();
    const use = { organisation_id, token_id: id, used_at: new Date().toISOString() };
    await fixture.client.request(RecordTokenUses, { uses: [use] });
    await replica.app.get(TokenSnapshots).publishAll();
    expect((await list()).tokens[0]).toMatchObject({ version, last_used_at: use.used_at });
  });

  it('gets no more, and no longer, than who changes it could', async () => {
    const { id } = await create({ scopes: ['workflows:write'], expires_at: TOMORROW });
    const lesser = ['tokens:write', 'workflows:read'];
    await expect(update(id, { scopes: ['workflows:write'] }, lesser)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(update(id, { expires_at: null }, lesser)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await update(id, { name: 'Renamed' }, lesser)).toMatchObject({ name: 'Renamed' });
    expect(await update(id, { scopes: ['workflows:read'] }, lesser)).toMatchObject({ scopes: ['workflows:read'] });
  });
});

describe('a revoked token', () => {
  it('is in no snapshot when the answer is there, and cannot be revoked again', async () => {
    const { id, token } = await create();
    await revoke(id);
    expect(await published(token)).toBeNull();
    expect((await list()).tokens).toEqual([]);
    await expect(revoke(id)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND', details: { token_id: id } });
    await expect(update(id, { name: 'Back' })).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
  });

  it('stays out when a publisher that was held up has read it before', async () => {
    const { id, token } = await create();
    const before = await stored(id);
    await revoke(id);
    await replica.app.get(TokenSnapshots).publish(before);
    expect(await published(token)).toBeNull();
  });

  it('is deleted by the next audit, and stays out even then', async () => {
    const { id, token } = await create();
    const before = await stored(id);
    await revoke(id);
    await replica.app.get(TokenSnapshots).prune();
    expect(await stored(id)).toBeNull();
    await replica.app.get(TokenSnapshots).publish(before);
    expect(await published(token)).toBeNull();
  });
});

describe('a token of the settings', () => {
  it('is listed without its text, and changed nowhere else', async () => {
    organisation_id = 'org_dev';
    const found = await published(DEV_TOKEN);
    const token_id = found!.token_id;
    expect((await list()).tokens).toMatchObject([{ id: token_id, from_settings: true, prefix: null, last_four: null }]);
    await expect(revoke(token_id)).rejects.toMatchObject({ code: 'TOKEN_FROM_SETTINGS' });
    await expect(update(token_id, { name: 'Mine' })).rejects.toMatchObject({ code: 'TOKEN_FROM_SETTINGS' });
    expect(await published(DEV_TOKEN)).toEqual(found);
    const owner = await fixture.client.request(GetTokenOwner, { organisation_id, token_id });
    expect(owner).toMatchObject({ organisation: { id: 'org_dev', name: 'Development' }, token: { id: token_id } });
  });
});

describe('the list', () => {
  it('goes on where the page before ended, newest first', async () => {
    const made = [await create(), await create(), await create()].map(({ id }) => id).reverse();
    const first = await list({ limit: 2 });
    expect(first).toMatchObject({ next_cursor: made[1], has_more: true });
    const second = await list({ limit: 2, starting_after: first.next_cursor! });
    expect(second).toMatchObject({ next_cursor: null, has_more: false });
    expect([...first.tokens, ...second.tokens].map(({ id }) => id)).toEqual(made);
  });

  it('says when a token was used last, and an older report does not take that back', async () => {
    const { id: token_id } = await create();
    const report = (used_at: string, of = organisation_id) =>
      fixture.client.request(RecordTokenUses, { uses: [{ organisation_id: of, token_id, used_at }] });
    const later = '2026-11-25T02:00:00.000Z';
    await report(later);
    await report('2026-11-25T01:00:00.000Z');
    await report('2030-01-01T00:00:00.000Z', uniqueName('org'));
    expect((await list()).tokens[0]).toMatchObject({ last_used_at: later });
  });
});
