import { aiProviderSchema } from '../ai-providers.js';
import { eventSubscriptionPatchSchema, eventSubscriptionRequestSchema } from './event-subscriptions.js';

const SPELLINGS = [
  'https://user:password@example.com/',
  'https:///user:password@example.com/',
  'https:////user@example.com/',
  'https:/user:password@example.com/',
  'https:\\\\user:password@example.com/',
  'https:/\\user:password@example.com/',
  'HTTPS://user:password@example.com/',
  ' https:///user:password@example.com/',
  'ht\ttps:///user:pass\nword@example.com/',
];

it.each(SPELLINGS)('nothing that is saved has an address with a user: %j', (url) => {
  expect(eventSubscriptionRequestSchema.safeParse({ url, events: ['execution.failed'] }).success).toBe(false);
  expect(eventSubscriptionPatchSchema.safeParse({ url }).success).toBe(false);
  expect(aiProviderSchema.safeParse({ type: 'openai_compatible', base_url: url, api_key: 'k' }).success).toBe(false);
});

it('an @ behind the host is none', () => {
  const url = 'https://example.com/@user';
  expect(eventSubscriptionRequestSchema.safeParse({ url, events: ['execution.failed'] }).success).toBe(true);
  expect(aiProviderSchema.safeParse({ type: 'openai_compatible', base_url: url, api_key: 'k' }).success).toBe(true);
});
