import crypto, { createHmac } from 'node:crypto';
import type { WebhookSignature } from '@millrace/contracts';
import { isUsableSecret, SIGNATURE_SCHEMES } from './signature-schemes.js';
import { requireSignature } from './signature.js';

const SIGNED_AT = 1_614_265_330;
const NOW = new Date(SIGNED_AT * 1_000).toISOString();

/** Signed by others: the reference's Python function, `hmac` of Python for Stripe and Shopify, the examples in the documentation of the others. */
const SIGNED: Readonly<
  Record<keyof typeof SIGNATURE_SCHEMES, { secret: string; body: string; headers: Record<string, string>; at?: number }>
> = {
  hmac_sha256: {
    secret: 's3cret',
    body: '{"message": "Grüße"}',
    headers: { 'x-webhook-signature': '3b2c63fae2f5b9ba910e6565504640933411d452832d9e4f13425017de4017dd' },
  },
  standard_webhooks: {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,bm9ldHU5eXVpb3B1dA== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  },
  github: {
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
  },
  stripe: {
    secret: 'whsec_test',
    body: '{"id":"evt_1"}',
    headers: {
      'stripe-signature':
        't=1614265330,v1=347e9afe3d74ec4c5cbefd270edc9246513ae3da7b375223e302560fbd4146eb,v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39',
    },
  },
  slack: {
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    at: 1_531_420_618,
  },
  shopify: {
    secret: 'hush',
    body: '{"id":7}',
    headers: { 'x-shopify-hmac-sha256': 'H2U/SEYbRNpyMb2K3HUYu69pcSP2i4aiJUA14KwhhUY=' },
  },
  gitlab: { secret: 'a shared token', body: '{}', headers: { 'x-gitlab-token': 'a shared token' } },
};

type Scheme = keyof typeof SIGNED;
const SCHEMES = Object.keys(SIGNED) as Scheme[];
/** Those that sign a time, so that what was recorded of a call is worth nothing later. */
const TIMED: Scheme[] = ['standard_webhooks', 'stripe', 'slack'];

interface Change {
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly receivedAt?: string;
  readonly signature?: Partial<WebhookSignature>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly former?: Readonly<Record<string, readonly string[]>>;
}

async function check(scheme: Scheme, change: Change = {}): Promise<void> {
  const { secret, body, headers, at = SIGNED_AT } = SIGNED[scheme];
  const call = {
    headers: { ...headers, ...change.headers },
    body: Buffer.from(change.body ?? body),
    receivedAt: change.receivedAt ?? new Date(at * 1_000).toISOString(),
  };
  const signature = { scheme, secret: '{{secrets.key}}', ...change.signature };
  await requireSignature(signature, call, {
    read: () => Promise.resolve(change.secrets ?? { key: secret }),
    readFormer: () => Promise.resolve(change.former ?? {}),
  });
}

const REFUSED = { code: 'UNAUTHORIZED' };

describe.each(SCHEMES)('the scheme %s', (scheme) => {
  it('takes what was signed by others', async () => {
    await expect(check(scheme)).resolves.toBeUndefined();
  });

  it('takes no other secret', async () => {
    await expect(
      check(scheme, { secrets: { key: `${SIGNED[scheme].secret.slice(0, -4)}AAAA` } }),
    ).rejects.toMatchObject(REFUSED);
  });

  it('takes no other signature, no empty one and none at all', async () => {
    const { header } = SIGNATURE_SCHEMES[scheme];
    const signed = SIGNED[scheme].headers[header] ?? '';
    const other = [...signed].reverse().join('');
    for (const value of [other, '', 'v1=', 'v1,', 'sha256=', 'v0='])
      await expect(check(scheme, { headers: { [header]: value } })).rejects.toMatchObject(REFUSED);
    const call = { headers: {}, body: Buffer.from(SIGNED[scheme].body), receivedAt: NOW };
    const read = () => Promise.resolve({ key: SIGNED[scheme].secret });
    const lacking = requireSignature({ scheme, secret: '{{secrets.key}}' }, call, {
      read,
      readFormer: () => Promise.resolve({ key: [SIGNED[scheme].secret] }),
    });
    await expect(lacking).rejects.toMatchObject({ ...REFUSED, details: { header } });
  });

  it('is compared in constant time, whether it is right or not', async () => {
    const compared = jest.spyOn(crypto, 'timingSafeEqual');
    await check(scheme);
    expect(compared).toHaveBeenCalledTimes(1);
    const other = `${SIGNED[scheme].secret.slice(0, -4)}AAAA`;
    await expect(check(scheme, { secrets: { key: other }, former: { key: [other] } })).rejects.toMatchObject(REFUSED);
    expect(compared).toHaveBeenCalledTimes(3);
    compared.mockRestore();
  });

  it('takes the former secret beside the new one', async () => {
    const signature = { secret: '{{secrets.fresh}}', previous_secret: '{{secrets.key}}' };
    const secrets = { fresh: 'another', key: SIGNED[scheme].secret };
    await expect(check(scheme, { signature, secrets })).resolves.toBeUndefined();
    // One that cannot be read is no empty one.
    await expect(check(scheme, { signature, secrets: { key: SIGNED[scheme].secret } })).resolves.toBeUndefined();
    await expect(check(scheme, { signature, secrets: { fresh: 'another' } })).rejects.toMatchObject(REFUSED);
  });

  it('takes the values that a rotated secret had before, and that it has now', async () => {
    const { secret } = SIGNED[scheme];
    for (const key of [[secret], ['before', secret], ['before', 'older', secret]])
      await expect(check(scheme, { secrets: { key: 'rotated' }, former: { key } })).resolves.toBeUndefined();
    await expect(check(scheme, { secrets: { key: secret }, former: { key: ['before'] } })).resolves.toBeUndefined();
    // That of another secret is none of this one, and an empty one is none.
    for (const former of [{ other: [secret] }, { key: [''] }, { key: ['older'] }] as Record<string, string[]>[])
      await expect(check(scheme, { secrets: { key: 'rotated' }, former })).rejects.toMatchObject(REFUSED);
  });

  it('takes nothing while its secret is missing or empty', async () => {
    for (const secrets of [{}, { key: '' }] as Record<string, string>[])
      await expect(check(scheme, { secrets })).rejects.toMatchObject(REFUSED);
  });
});

it.each([
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', true],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==\n', true],
  ['whsec_MfKQ9r8-KYqrTwjUPD8_LPZIo2LaLaSw', true],
  ['another text', true],
  ['whsec_not base64!', false],
  ['whsec_', false],
  ['', false],
])('%j can be a secret of Standard Webhooks: %s', async (secret, isTaken) => {
  expect(isUsableSecret(SIGNATURE_SCHEMES.standard_webhooks, secret)).toBe(isTaken);
  const { body, headers } = SIGNED.standard_webhooks;
  const call = { headers, body: Buffer.from(body) };
  const signed = SIGNATURE_SCHEMES.standard_webhooks.expected(call, secret, '') ?? '';
  // What is signed by what is left of a text that is no key lets nobody in.
  const outcome = check('standard_webhooks', {
    headers: { 'webhook-signature': `v1,${signed}` },
    secrets: { key: secret },
  });
  await (isTaken ? expect(outcome).resolves.toBeUndefined() : expect(outcome).rejects.toMatchObject(REFUSED));
});

it("says of GitLab's token that it is another one, and speaks of no body", async () => {
  const refusal = check('gitlab', { secrets: { key: 'another token' } });
  await expect(refusal).rejects.toThrow(/x-gitlab-token, and the call has another token there than the secret$/);
  await expect(check('github', { secrets: { key: 'another' } })).rejects.toThrow(/has none that fits its body$/);
});

describe.each(SCHEMES.filter((scheme) => scheme !== 'gitlab'))('a body signed by %s', (scheme) => {
  it('is the bytes that came, not what they mean', async () => {
    const { body } = SIGNED[scheme];
    await expect(check(scheme, { body: `${body} ` })).rejects.toMatchObject(REFUSED);
    await expect(
      check(scheme, { body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]) }),
    ).rejects.toMatchObject(REFUSED);
  });
});

it('has a time by these schemes and no others', () => {
  expect(SCHEMES.filter((scheme) => SIGNATURE_SCHEMES[scheme].signedAt !== undefined)).toEqual(TIMED);
});

describe.each(TIMED)('a time signed by %s', (scheme) => {
  const at = (SIGNED[scheme].at ?? SIGNED_AT) * 1_000;

  it.each([
    [-300_000, true],
    [300_000, true],
    [-301_000, false],
    [301_000, false],
  ])('%i ms away is taken: %s', async (away, taken) => {
    const outcome = check(scheme, { receivedAt: new Date(at + away).toISOString() });
    await (taken ? expect(outcome).resolves.toBeUndefined() : expect(outcome).rejects.toMatchObject(REFUSED));
  });

  it('is compared with when the call came: without that it is refused', async () => {
    for (const receivedAt of ['', 'soon']) await expect(check(scheme, { receivedAt })).rejects.toMatchObject(REFUSED);
  });

  it('that is none refuses the call', async () => {
    const names = ['webhook-timestamp', 'x-slack-request-timestamp'].filter((name) => name in SIGNED[scheme].headers);
    const broken =
      names.length > 0 ? { [names[0] as string]: '1e9' } : { 'stripe-signature': `t=x,v1=${'0'.repeat(64)}` };
    await expect(check(scheme, { headers: broken })).rejects.toMatchObject(REFUSED);
  });
});

it('is looked for in the header that the trigger names', async () => {
  const headers = { 'x-signed': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' };
  await expect(check('github', { headers, signature: { header: 'X-Signed' } })).resolves.toBeUndefined();
  await expect(check('github', { signature: { header: 'X-Signed' } })).rejects.toMatchObject(REFUSED);
});

it('of a time that is no number is refused, whoever signed it', async () => {
  const { body, headers, secret } = SIGNED.standard_webhooks;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const content = `${headers['webhook-id']}.soon.${body}`;
  const signature = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  const signed = { 'webhook-timestamp': 'soon', 'webhook-signature': signature };
  await expect(check('standard_webhooks', { headers: signed })).rejects.toMatchObject(REFUSED);
});

it('is not made with an empty secret', async () => {
  const forged = createHmac('sha256', '').update(SIGNED.github.body).digest('hex');
  const headers = { 'x-hub-signature-256': `sha256=${forged}` };
  await expect(check('github', { headers, secrets: { key: '' } })).rejects.toMatchObject(REFUSED);
});

it('is not made with a key that is no base64', async () => {
  const { body, headers } = SIGNED.standard_webhooks;
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const forged = `v1,${createHmac('sha256', '').update(content).digest('base64')}`;
  for (const key of ['whsec_', 'whsec_!!!'])
    await expect(
      check('standard_webhooks', { headers: { 'webhook-signature': forged }, secrets: { key } }),
    ).rejects.toMatchObject(REFUSED);
});

it('of Stripe has its time in the header that the trigger names too', async () => {
  const headers = { 'x-signed': SIGNED.stripe.headers['stripe-signature'] ?? '', 'stripe-signature': 't=1,v1=00' };
  await expect(check('stripe', { headers, signature: { header: 'X-Signed' } })).resolves.toBeUndefined();
});

it('of a scheme that is not known refuses every call', async () => {
  for (const scheme of ['paypal', 'constructor', '__proto__'])
    await expect(check('github', { signature: { scheme } })).rejects.toMatchObject(REFUSED);
});

it('is compared with ten signatures of a list and no more', async () => {
  const good = SIGNED.standard_webhooks.headers['webhook-signature']?.split(' ')[1] ?? '';
  const list = (before: number) => ({ 'webhook-signature': `${'v1,AAAA '.repeat(before)}${good}` });
  await expect(check('standard_webhooks', { headers: list(9) })).resolves.toBeUndefined();
  await expect(check('standard_webhooks', { headers: list(10) })).rejects.toMatchObject(REFUSED);
});

it('never says what was expected', async () => {
  const refusal = await check('github', { body: 'Hello!' }).catch((error: unknown) => error as Error);
  expect(JSON.stringify(refusal) + String(refusal)).not.toContain('757107ea');
  expect(JSON.stringify(refusal) + String(refusal)).not.toContain("It's a Secret");
});
