import { isDeepStrictEqual } from 'node:util';
import { TokenSnapshot } from '@millrace/contracts';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { TokenSnapshots } from '../src/snapshots/token-snapshots.js';
import { DEV_TOKEN, openFixture, type Fixture } from './definitions.fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

describe('tokens of the settings', () => {
  const address = (token: string) => ({ token_hash: tokenHash(token) });
  const other = 'other-token-0123456789abcdef';

  it('are published, with all scopes for the development organisation, and stored as hashes only', async () => {
    expect(await fixture.client.snapshots.get(TokenSnapshot, address(DEV_TOKEN))).toMatchObject({
      organisation_id: 'org_dev',
      scopes: ['*'],
    });
    expect(await fixture.mongo.collection('organisations').findOne({ _id: 'org_dev' as never })).toMatchObject({
      name: 'Development',
    });
    const dump = JSON.stringify(await fixture.mongo.collection('api_tokens').find().toArray());
    expect(dump).toContain(address(DEV_TOKEN).token_hash);
    expect(dump).not.toContain(DEV_TOKEN);
  });

  it('stay the same over restarts, further organisations are added, and a changed token replaces the former one', async () => {
    const before = await fixture.client.snapshots.get(TokenSnapshot, address(DEV_TOKEN));
    const MILLRACE_BOOTSTRAP_TOKENS = JSON.stringify([
      { organisation_id: 'org_other', name: 'Other', token: other, scopes: ['workflows:read'] },
    ]);
    const second = await fixture.start({ MILLRACE_BOOTSTRAP_TOKENS });
    expect(await fixture.client.snapshots.get(TokenSnapshot, address(DEV_TOKEN))).toEqual(before);
    await waitUntil('the token of the other organisation', async () => {
      const found = await fixture.client.snapshots.get(TokenSnapshot, address(other));
      return found?.organisation_id === 'org_other' && found.scopes.join() === 'workflows:read';
    });
    expect(await fixture.mongo.collection('organisations').countDocuments()).toBe(2);
    await second.stop();

    const changed = 'changed-token-0123456789abcdef';
    await fixture.start({ MILLRACE_DEV_TOKEN: changed });
    await waitUntil('the new token', () => fixture.client.snapshots.get(TokenSnapshot, address(changed)));
    await waitUntil(
      'the old one to be revoked',
      async () => (await fixture.client.snapshots.get(TokenSnapshot, address(DEV_TOKEN))) === null,
    );
  });

  it('are revoked when they are no longer named, with the last token of an organisation and with the development token', async () => {
    const revoked = async () =>
      (
        await fixture.mongo
          .collection('api_tokens')
          .find({ revoked_at: { $ne: null } })
          .toArray()
      ).map((token) => String(token['token_hash']));
    const named = (tokens: Record<string, string>) => ({
      MILLRACE_BOOTSTRAP_TOKENS: JSON.stringify(
        Object.entries(tokens).map(([organisation_id, token]) => ({ organisation_id, name: 'Named', token })),
      ),
    });
    const stays = 'stays-token-0123456789abcdef';
    const first = await fixture.start(named({ org_other: other, org_stays: stays }));
    await waitUntil('both tokens', async () => {
      const tokens = [other, stays, DEV_TOKEN].map((token) =>
        fixture.client.snapshots.get(TokenSnapshot, address(token)),
      );
      return (await Promise.all(tokens)).every((token) => token !== null);
    });
    await first.stop();

    const second = await fixture.start({ ...named({ org_stays: stays }), MILLRACE_DEV_TOKEN: '' });
    for (const token of [other, DEV_TOKEN]) {
      await waitUntil(
        'the snapshot to be taken back',
        async () => (await fixture.client.snapshots.get(TokenSnapshot, address(token))) === null,
      );
    }
    expect(await revoked()).toEqual(
      expect.arrayContaining([other, DEV_TOKEN].map((token) => address(token).token_hash)),
    );
    expect(await revoked()).not.toContain(address(stays).token_hash);
    expect(await fixture.client.snapshots.get(TokenSnapshot, address(stays))).toMatchObject({
      organisation_id: 'org_stays',
    });
    await second.stop();

    // Named again, it is as good as before.
    await fixture.start(named({ org_other: other }));
    await waitUntil('the token', () => fixture.client.snapshots.get(TokenSnapshot, address(other)));
  });
});

describe('indexes', () => {
  it('are created at boot, as the schemas declare them', async () => {
    const keys = async (collection: string) =>
      (await fixture.mongo.collection(collection).indexes())
        .map((index) => Object.keys(index.key as object).join())
        .sort();
    expect(await keys('organisations')).toEqual(['_id', 'snapshot_pending']);
    expect(await keys('workflows')).toEqual(
      [
        '_id',
        'organisation_id,deleted_at,_id',
        'organisation_id,deleted_at,last_run_at,_id',
        'organisation_id,deleted_at,name_key,_id',
        'organisation_id,deleted_at,terms',
        'organisation_id,deleted_at,updated_at,_id',
        'organisation_id,is_tool',
        'organisation_id,deleted_at,status,_id',
        'organisation_id,secrets',
        'snapshot_pending,updated_at',
        'untold.at',
      ].sort(),
    );
    expect(await keys('workflow_versions')).toEqual(
      ['_id', 'organisation_id,workflow_id,version', 'retired,drained_at'].sort(),
    );
    expect(await keys('webhook_endpoints')).toEqual(['_id', 'organisation_id,workflow_id'].sort());
    expect(await keys('api_tokens')).toEqual(
      ['_id', 'organisation_id,name', 'organisation_id,revoked_at,_id', 'snapshot_pending', 'token_hash'].sort(),
    );
    const unique = (await fixture.mongo.collection('api_tokens').indexes()).find((index) => 'token_hash' in index.key);
    expect(unique).toMatchObject({ unique: true });
  });
});

describe('tokens that are published and not in the database', () => {
  const stray = { token_hash: tokenHash('stray-token-0123456789abcdef') };
  const dev = { token_hash: tokenHash(DEV_TOKEN) };
  const published = (token: { token_hash: string }) => fixture.client.snapshots.get(TokenSnapshot, token);
  const putStray = () =>
    fixture.client.snapshots.put(TokenSnapshot, stray, {
      token_id: 'tok_1',
      organisation_id: 'org_gone',
      scopes: ['*'],
    });

  it('are taken back when the service starts, and while it runs', async () => {
    await putStray();
    const first = await fixture.start();
    await waitUntil('the token to go', async () => (await published(stray)) === null);
    await first.stop();
    const replica = await fixture.start({ MILLRACE_AUDIT_SECONDS: '1' });
    await putStray();
    await waitUntil('it to go again', async () => (await published(stray)) === null);
    expect(await published(dev)).not.toBeNull();
    await replica.stop();
  });

  it('or revoked there, are taken back, and what says something else is published again', async () => {
    const replica = await fixture.start();
    const tokens = replica.app.get(TokenSnapshots);
    const right = await published(dev);
    for (const wrong of [{ organisation_id: 'org_other' }, { token_id: 'tok_other' }, { scopes: ['*', 'more'] }]) {
      await fixture.client.snapshots.put(TokenSnapshot, dev, { ...right!, ...wrong });
      expect(await tokens.audit()).toBe(1);
      await waitUntil('the right one', async () => isDeepStrictEqual(await published(dev), right));
    }
    await fixture.mongo
      .collection('api_tokens')
      .updateOne({ token_hash: dev.token_hash }, { $set: { revoked_at: new Date() } });
    expect(await tokens.audit()).toBe(1);
    expect(await tokens.audit()).toBe(0);
    await replica.stop();
  });

  it('are taken back however many there are', async () => {
    const replica = await fixture.start();
    const strays = Array.from({ length: 501 }, (_, index) => ({ token_hash: tokenHash(`stray-${index}`) }));
    const value = { token_id: 'tok_1', organisation_id: 'org_gone', scopes: ['*'] };
    await Promise.all(strays.map((stray) => fixture.client.snapshots.put(TokenSnapshot, stray, value)));
    expect(await replica.app.get(TokenSnapshots).audit()).toBe(strays.length);
    expect(await replica.app.get(TokenSnapshots).audit()).toBe(0);
    await replica.stop();
  });
});
