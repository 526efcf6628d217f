import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anyFreePort } from '@millrace/local/ports';
import { natsUsers, OPERATOR } from '@millrace/messaging';
import { startNats, type OwnServer } from '@millrace/testing';
import { AuthorizationError, connect } from '@nats-io/transport-node';
import { parseAllDocuments } from 'yaml';
import { installationUsers, passwordVariable } from '../src/kubernetes/nats-users.js';
import { newSecrets } from '../src/kubernetes/secrets.js';
import { REPOSITORY } from './kubernetes/repository.js';
import { SERVICES } from './kubernetes/services.js';

interface SecretObject {
  readonly metadata: { readonly name: string };
  readonly stringData: Record<string, string>;
}

const fileOf = (name: string) => readFileSync(join(REPOSITORY, 'k8s/components/servers', name), 'utf8');
const secrets = new Map(
  parseAllDocuments(newSecrets(SERVICES).text)
    .map((document) => document.toJS() as SecretObject)
    .map(({ metadata, stringData }) => [metadata.name, stringData]),
);

let nats: OwnServer;
beforeAll(async () => {
  const port = await anyFreePort();
  // On this machine, and nothing else is changed.
  const configuration = fileOf('nats.conf')
    .replace('"0.0.0.0:4222"', `"127.0.0.1:${port}"`)
    .replace(/^http:.*$/m, '')
    .replace('"/data"', '"<data>"')
    .replace('8G', '1G');
  nats = await startNats({
    port,
    given: {
      files: { 'nats.conf': configuration, 'users.conf': fileOf('users.conf') },
      env: { POD_NAME: 'nats-0', ...secrets.get('millrace-nats') },
    },
  });
});
afterAll(() => nats.stop());

it.each(natsUsers().map(({ user }) => user))('%s connects with the password of its Secret', async (user) => {
  const url = new URL(secrets.get(`millrace-${user}`)?.['MILLRACE_NATS_URL'] ?? '');
  expect([url.username, url.password]).toEqual([user, secrets.get('millrace-nats')?.[passwordVariable(user)]]);
  const connection = await connect({ servers: nats.url, user, pass: url.password, inboxPrefix: `_INBOX.${user}` });
  expect(connection.info?.jetstream).toBe(true);
  await connection.close();
});

it('the operator connects with a password that no Secret of a service has', async () => {
  const pass = secrets.get('millrace-nats')?.[passwordVariable(OPERATOR)] ?? '';
  const connection = await connect({ servers: nats.url, user: OPERATOR, pass, inboxPrefix: `_INBOX.${OPERATOR}` });
  expect((await connection.request('$JS.API.STREAM.NAMES')).json()).toMatchObject({ total: 0 });
  await connection.close();
  const ofServices = [...secrets]
    .filter(([name]) => name !== 'millrace-nats')
    .map(([, values]) => JSON.stringify(values));
  expect(pass).not.toBe('');
  expect(ofServices.filter((values) => values.includes(pass))).toEqual([]);
});

it('nobody connects without one, or with that of another', async () => {
  const pass = secrets.get('millrace-nats')?.[passwordVariable('gateway')] ?? '';
  for (const wrong of [{}, { user: 'history', pass }]) {
    await expect(connect({ servers: nats.url, reconnect: false, ...wrong })).rejects.toBeInstanceOf(AuthorizationError);
  }
});

it('passwords never begin as a number does, which NATS would take them for', () => {
  const all = Array.from({ length: 50 }, () => newSecrets(SERVICES).text.match(/PASSWORD_\w+: (.*)/g) ?? []).flat();
  expect(all.length).toBe(50 * installationUsers().length);
  expect(all.filter((line) => !/: [g-z]/.test(line))).toEqual([]);
});
