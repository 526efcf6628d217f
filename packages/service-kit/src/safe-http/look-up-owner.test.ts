import { AllowList } from './allow-list.js';
import { guardedAddresses } from './guarded-addresses.js';
import { guardedSocket } from './guarded-socket.js';
import { httpRoutesSchema } from './http-routes.js';
import { lookingUpFor, lookUpOwner, NOBODY } from './look-up-owner.js';
import type { ResolveAll } from './resolve-host.js';
import { SafeHttpClient, type SafeHttpClientOptions } from './safe-http-client.js';

const allowed = AllowList.parse('');
const asked: string[] = [];
/** Finds nothing, and notes who asks for what. */
const resolve: ResolveAll = (name, callback, owner) => {
  asked.push(`${owner} ${name}`);
  callback(new Error('There is none'), []);
};

beforeEach(() => void (asked.length = 0));

async function requests(urls: readonly string[], options: Partial<SafeHttpClientOptions> = {}): Promise<void> {
  const client = new SafeHttpClient({ allowed, resolve, ...options });
  try {
    const all = urls.map((url, at) =>
      client.request({ method: 'GET', url, organisationId: `org_${at}`, timeoutMs: 5_000 }),
    );
    await Promise.allSettled(all);
  } finally {
    await client.close();
  }
}

it('what a request looks up is looked up for its organisation, also where several call the same origin', async () => {
  await requests(['http://one.example/', 'https://two.example/', 'http://one.example/', 'https://two.example/']);
  expect(asked.sort()).toEqual(['org_0 one.example', 'org_1 two.example', 'org_2 one.example', 'org_3 two.example']);
});

it('so is what is looked up for a request that leaves by a proxy', async () => {
  const routes = httpRoutesSchema.parse([{ proxy: 'http://127.0.0.1:9' }]);
  await requests(['http://one.example/', 'https://two.example/'], { routes });
  expect(asked.sort()).toEqual(['org_0 one.example', 'org_1 two.example']);
});

it('so is what a connection of mail looks up', async () => {
  await guardedAddresses('imap.example', { allowed, owner: 'org_in', resolve }).catch(() => undefined);
  const options = { host: 'smtp.example', port: 25, allowed, owner: 'org_out', timeoutMs: 5_000, resolve };
  await guardedSocket(options).catch(() => undefined);
  expect(asked).toEqual(['org_in imap.example', 'org_out smtp.example']);
});

it('nothing is left of an owner whose connection cannot be begun', () => {
  const begin = () => {
    expect(lookUpOwner()).toBe('org_a');
    throw new Error('It cannot');
  };
  expect(() => lookingUpFor('org_a', begin)).toThrow('It cannot');
  expect(lookUpOwner()).toBe(NOBODY);
});
