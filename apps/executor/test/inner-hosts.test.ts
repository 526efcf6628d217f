import { stepDefinitions } from '@millrace/schema';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { INNER_HOSTS, INNER_ONLY_IN_URLS, InnerListener } from '@millrace/testing';
import { systemClock } from '../src/clock.js';
import type { MailSenders } from '../src/mail/sender.js';
import { http } from '../src/steps/http.step.js';
import { anEffectCall } from './support/effect-call.js';
import { aMailer, runEmail } from './support/mail.js';
import { ModelScene } from './support/model-scene.js';
import { aScope, options } from './support/scope.js';

/* Whatever of an executor reaches out to where a user said, and each way to write an address inside of the network. */

let listener: InnerListener;
let client: SafeHttpClient;
beforeAll(async () => {
  listener = await InnerListener.start();
  client = new SafeHttpClient({ allowed: AllowList.parse('') });
});
afterAll(async () => {
  await client.close();
  await listener.stop();
});

const codeOf = (work: () => Promise<unknown>): Promise<string> =>
  (async () => work())().then(
    () => 'answered',
    (error: { code: string }) => error.code,
  );

function call(config: object): Promise<unknown> {
  const parsed = stepDefinitions.http.config.parse(config);
  const step = http({ client, clock: systemClock, userAgent: 'test' });
  return step.compile(parsed)(aScope(), options)(anEffectCall());
}

describe('an address inside of the network', () => {
  it.each(INNER_HOSTS)('%s is called by no http step, and asked for no token', async (host) => {
    const url = `http://${host}:${listener.port}/`;
    expect(await codeOf(() => call({ url }))).toBe('HTTP_ADDRESS_BLOCKED');
    const auth = { type: 'oauth2_client_credentials', token_url: url, client_id: 'me', client_secret: 'secret' };
    expect(await codeOf(() => call({ url: 'https://example.com/', auth }))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(listener.hits).toBe(0);
  });

  it('is asked for no model, by no type of provider', async () => {
    const scene = await ModelScene.open();
    for (const host of INNER_HOSTS)
      for (const type of ['openai', 'anthropic', 'azure', 'mistral', 'ollama', 'openai_compatible']) {
        const base_url = `http://${host}:${listener.port}/v1`;
        const providers = { mine: { type, base_url, api_key: 'key', models: ['m'] } };
        const code = await codeOf(() => scene.run({}, { providers, client }));
        expect([host, type, code]).toEqual([host, type, 'HTTP_ADDRESS_BLOCKED']);
      }
    expect(listener.hits).toBe(0);
    await scene.close();
  });

  it.each(INNER_HOSTS)('%s is sent no e-mail', async (host) => {
    const mailer = aMailer();
    const account = { host, port: listener.port, tls: 'none' } as const;
    const from = { name: '', address: 'me@example.com' };
    const rest = { key: host, label: '"me"', organisationId: 'org_1', ratePerMinute: 0 };
    const senders: MailSenders = { find: () => Promise.resolve({ account, from, ...rest }) };
    const code = await codeOf(() => runEmail(mailer, senders, { to: 'ada@example.com', subject: 'S', body: 'B' }));
    const isName = INNER_ONLY_IN_URLS.has(host);
    expect(isName ? ['EMAIL_FAILED', 'EMAIL_SERVER_BLOCKED'] : ['EMAIL_SERVER_BLOCKED']).toContain(code);
    expect(listener.hits).toBe(0);
    mailer.close();
  });
});
