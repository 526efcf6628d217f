import { triggerHeaders } from './trigger-headers.js';

const kept = (name: string, required: string[] = []): boolean => name in triggerHeaders({ [name]: 'value' }, required);

describe('triggerHeaders', () => {
  it.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'x-api-token',
    'api_key',
    'apikey',
    'x-apikey',
    'x-auth-token',
    'x-auth',
    'x-access-token',
    'x-csrf-token',
    'x-amz-security-token',
    'x-goog-channel-token',
    'x-goog-iap-jwt-assertion',
    'x-gitlab-token',
    'x-telegram-bot-api-secret-token',
    'x-hub-signature',
    'x-hub-signature-256',
    'x-shopify-hmac-sha256',
    'x-twilio-signature',
    'stripe-signature',
    'x-slack-signature',
    'svix-signature',
    'webhook-signature',
    'x-webhook-signature',
    'x-line-signature',
    'x-zm-signature',
    'paypal-transmission-sig',
    'cf-access-token',
    'cf-access-jwt-assertion',
    'cf-access-client-secret',
    'x-my-own-password',
    'x-client-secret',
    'x-signing-key',
    'x-session',
    'X-Gitlab-Token',
  ])('leaves %s out of records', (name) => {
    expect(kept(name)).toBe(false);
  });

  it.each([
    'content-type',
    'user-agent',
    'host',
    'x-request-id',
    'x-forwarded-for',
    'x-github-event',
    'x-github-delivery',
    'x-gitlab-event',
    'x-shopify-topic',
    'x-slack-request-timestamp',
    'webhook-id',
    'webhook-timestamp',
    'svix-id',
    'idempotency-key',
    'x-monkey',
    'x-author',
    'x-tokenizer',
    'traceparent',
  ])('keeps %s', (name) => {
    expect(kept(name)).toBe(true);
  });

  it('leaves out what the trigger requires, however it is spelled', () => {
    expect(kept('x-shared', ['X-Shared'])).toBe(false);
  });
});
