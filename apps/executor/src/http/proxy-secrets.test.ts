import { stepDefinitions } from '@millrace/schema';
import { AllowList, httpRoutesSchema, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer } from '@millrace/testing';
import { anEffectCall } from '../../test/support/effect-call.js';
import { aScope, options } from '../../test/support/scope.js';
import { systemClock } from '../clock.js';
import { http } from '../steps/http.step.js';

/* A proxy that repeats what it was sent, as some do in their pages of errors. Whoever calls through it may not know its password. */

const PASSWORD = 'pass/word-of-the-proxy';

let proxy: FakeHttpServer;
let client: SafeHttpClient;
let secretsOf: (organisationId: string) => readonly string[];

beforeAll(async () => {
  proxy = await FakeHttpServer.start();
  proxy.otherwise(({ path, headers }) => {
    const given = headers['proxy-authorization'] ?? 'nothing';
    const decoded = Buffer.from(String(given).slice('Basic '.length), 'base64').toString();
    return {
      status: path.endsWith('/refused') ? 403 : 200,
      headers: { 'x-given': String(given) },
      body: [given, decoded, 'shown'],
    };
  });
  const address = proxy.url.replace('http://', `http://user:${encodeURIComponent(PASSWORD)}@`);
  const routes = httpRoutesSchema.parse([{ organisations: ['org_1'], proxy: address }]);
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1'), routes });
  secretsOf = (organisationId) => routes.secretsOf(organisationId);
});

afterAll(async () => {
  await client.close();
  await proxy.stop();
});

const told = async (path: string, config: object = {}): Promise<string> => {
  const parsed = stepDefinitions.http.config.parse({ url: `http://service.invalid/${path}`, ...config });
  const step = http({ client, clock: systemClock, userAgent: 'Millrace/test', secretsOf }).compile(parsed);
  const work = step(aScope({ input: {} }), options)(anEffectCall({ organisationId: 'org_1' }));
  return JSON.stringify(
    await work.catch(({ code, message, details }: { code: string; message: string; details: object }) => [
      code,
      message,
      details,
    ]),
  );
};

it.each([
  ['an answer', 'page', {}],
  ['a text', 'page', { response: 'text' }],
  ['a failure', 'refused', {}],
])('hides the password of a proxy in %s', async (_, path, config) => {
  const text = await told(path, config);
  expect(text).toContain('shown');
  expect(text).toContain('••••');
  expect(text).not.toContain(PASSWORD);
  expect(text).not.toContain(Buffer.from(`user:${PASSWORD}`).toString('base64').slice(8, 24));
});

it('hides it from those who may call through that proxy, and looks for it nowhere else', () => {
  expect(secretsOf('org_1')).toEqual([PASSWORD, `user:${PASSWORD}`]);
  expect(secretsOf('org_2')).toEqual([]);
});
