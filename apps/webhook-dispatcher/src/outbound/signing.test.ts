import { createHmac } from 'node:crypto';
import { signatureHeaders } from './signing.js';

/** From the tests of the Standard Webhooks libraries. */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('a delivery is signed as Standard Webhooks says, and as the reference does', () => {
  const { secret, id, timestamp, body, signature } = PUBLISHED;
  expect(signatureHeaders({ eventId: id, timestamp, body }, [secret])).toEqual({
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
    'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
  });
});

test('while a secret is replaced there is a signature by each', () => {
  const { secret, id, timestamp, body, signature } = PUBLISHED;
  const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const signatures = signatureHeaders({ eventId: id, timestamp, body }, [other, secret])['webhook-signature'];
  expect(signatures?.split(' ')).toEqual([expect.stringMatching(/^v1,/), signature]);
});
