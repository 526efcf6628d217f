import { newId } from '@millrace/contracts';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { INNER_HOSTS, InnerListener } from '@millrace/testing';
import { EndpointCall } from './endpoint-call.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

it('sends an event to no address that is not public, however it is written', async () => {
  const listener = await InnerListener.start();
  const client = new SafeHttpClient({ allowed: AllowList.parse('') });
  const secretsOf: Subscriptions['secretsOf'] = () => [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];
  const call = new EndpointCall(client, { secretsOf } as Subscriptions);
  const delivery = { event_id: newId('event'), organisation_id: 'org_1', body: '{}' };
  for (const host of INNER_HOSTS) {
    const subscription = { url: `http://${host}:${listener.port}/events` } as Subscription;
    const { signal } = new AbortController();
    const { made, delivered } = await call.send(delivery as never, subscription, { now: Date.now(), signal });
    expect([host, delivered, made.error]).toEqual([host, false, expect.stringContaining('is not public')]);
  }
  expect(listener.hits).toBe(0);
  await client.close();
  await listener.stop();
});
