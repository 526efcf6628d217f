import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretContext, SecretsSnapshot } from '@millrace/contracts';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { InboundService } from '../src/inbound/inbound.service.js';
import { call, DispatcherScene, type Call } from './dispatcher.fixture.js';

/* What a secret that is damaged does to the webhooks that name it: nothing to the other secrets of its trigger, and nobody gets in by it. */

const folder = mkdtempSync(join(tmpdir(), 'millrace-dispatcher-'));
const keysFile = join(folder, 'master-keys');
const UNAUTHORIZED = { code: 'UNAUTHORIZED' };

let scene: DispatcherScene;
let inbound: InboundService;
let keyring: Keyring;

beforeAll(async () => {
  writeFileSync(keysFile, `first ${randomBytes(32).toString('base64')}\n`);
  keyring = new Keyring(keysFile);
  scene = await DispatcherScene.open({ MILLRACE_MASTER_KEYS_FILE: keysFile });
  inbound = scene.app.get(InboundService);
});
afterAll(async () => {
  await scene.close();
  rmSync(folder, { recursive: true });
});

/** A value as it is stored for an organisation; sealed for another one it cannot be opened, as one that is damaged. */
const stored = (name: string, secret: string, value: string): string =>
  sealed(value, secretContext(`org_${name}`, secret), keyring);
const damaged = (secret: string): string => stored('other', secret, 'value');

const BOTH = { scheme: 'github', secret: '{{secrets.fresh}}', previous_secret: '{{secrets.before}}' };

/** The address of a webhook, whose organisation has these secrets. */
async function address(
  name: string,
  secrets: Record<string, string>,
  more: object = {},
  former?: object,
): Promise<void> {
  const organisation_id = `org_${name}`;
  const value = { organisation_id, secrets, ...(former === undefined ? {} : { former: former as never }) };
  await scene.bus.snapshots.put(SecretsSnapshot, value, value);
  await scene.address(name, { signature: BOTH, ...more });
}

function signed(name: string, secret: string): Call {
  const body = '{"a":1}';
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return call(`wh_${name}`, {
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
  });
}

it('the other secret of a signature goes on being taken beside a damaged one, whichever that is', async () => {
  await address('one', { fresh: damaged('fresh'), before: stored('one', 'before', 'good') });
  await address('two', { fresh: stored('two', 'fresh', 'good'), before: damaged('before') });
  for (const name of ['one', 'two']) {
    await expect(inbound.receive(signed(name, 'good'))).resolves.toMatchObject({ duplicate: false });
    for (const wrong of ['value', 'null', 'undefined'])
      await expect(inbound.receive(signed(name, wrong))).rejects.toMatchObject(UNAUTHORIZED);
  }
});

it('what a secret was before counts as missing when it is damaged, and its present value is taken', async () => {
  const until = new Date(Date.now() + 60_000).toISOString();
  const former = { fresh: { secret: damaged('fresh'), until } };
  const secrets = { fresh: stored('former', 'fresh', 'good') };
  await address('former', secrets, { signature: { scheme: 'github', secret: '{{secrets.fresh}}' } }, former);
  await expect(inbound.receive(signed('former', 'good'))).resolves.toMatchObject({ duplicate: false });
  await expect(inbound.receive(signed('former', 'value'))).rejects.toMatchObject(UNAUTHORIZED);
});

it('nobody gets in while all secrets of a signature are damaged, and whoever calls learns no more than that', async () => {
  await address('none', { fresh: damaged('fresh'), before: damaged('before') });
  const message = expect.stringContaining("its secret can't be read") as string;
  for (const secret of ['value', 'good'])
    await expect(inbound.receive(signed('none', secret))).rejects.toMatchObject({
      ...UNAUTHORIZED,
      message,
      details: { header: 'x-hub-signature-256' },
    });
});

it('a header that is required by a damaged secret lets nobody in', async () => {
  const more = { signature: undefined, required_headers: { 'X-Key': '{{secrets.fresh}}' } };
  await address('header', { fresh: damaged('fresh') }, more);
  for (const value of ['value', '', 'null']) {
    const headers = { 'content-type': 'application/json', 'x-key': value };
    await expect(inbound.receive(call('wh_header', { headers }))).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    await expect(inbound.admit(call('wh_header', { headers }))).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  }
});
