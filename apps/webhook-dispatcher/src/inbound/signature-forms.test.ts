import { createHmac } from 'node:crypto';
import { sampleHeaders } from './sample-signatures.js';
import { SIGNATURE_SCHEMES, type Headers } from './signature-schemes.js';
import { requireSignature, requireSignatureHeader } from './signature.js';

const NOW = 1_764_147_600;
const BODY = Buffer.from('{"test":true}');
const KEY = Buffer.alloc(32, 5);
const secretOf = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const SECRET = secretOf(KEY);
const FORMER = [Buffer.alloc(32, 6), Buffer.alloc(32, 7)].map(secretOf);
const SECONDS_OF_A_WINDOW = 300;

/** Schemes whose signature is a hash of the body. */
const HASHED = Object.keys(SIGNATURE_SCHEMES).filter(
  (scheme) => scheme !== 'gitlab',
) as (keyof typeof SIGNATURE_SCHEMES)[];

const signedAt = (scheme: string, seconds = NOW) =>
  sampleHeaders({ scheme, secret: SECRET }, { body: BODY, secret: SECRET, seconds, id: 'msg_1' });

/** What becomes of a call, and how often it was begun to hash: for that its body is taken, and before that its secret. */
async function checked(scheme: string, headers: Headers) {
  const looks = { secrets: 0, bodies: 0 };
  const call = {
    headers,
    receivedAt: new Date(NOW * 1_000).toISOString(),
    get body() {
      looks.bodies++;
      return BODY;
    },
  };
  const read = () => {
    looks.secrets++;
    return Promise.resolve({ key: SECRET });
  };
  const readFormer = () => {
    looks.secrets++;
    return Promise.resolve({ key: FORMER });
  };
  const outcome = await requireSignature({ scheme, secret: '{{secrets.key}}' }, call, { read, readFormer }).then(
    () => 'taken',
    ({ code }: { code: string }) => code,
  );
  return { outcome, ...looks };
}

const UNHASHED = { outcome: 'UNAUTHORIZED', secrets: 0, bodies: 0 };

describe.each(HASHED)('of a call whose signature by %s', (scheme) => {
  const { header } = SIGNATURE_SCHEMES[scheme];
  const good = signedAt(scheme);
  const value = good[header] ?? '';
  const signature = SIGNATURE_SCHEMES[scheme].signatures(value)[0] ?? '';
  const withSignature = (other: string) => ({ ...good, [header]: value.replace(signature, other) });

  it('is right its body is hashed, once', async () => {
    expect(await checked(scheme, good)).toEqual({ outcome: 'taken', secrets: 1, bodies: 1 });
  });

  it('is wrong its body is hashed, also with the former secrets', async () => {
    const other = [...signature]
      .reverse()
      .join('')
      .replace(/^=(.*)$/, '$1=');
    expect(await checked(scheme, withSignature(other))).toEqual({ outcome: 'UNAUTHORIZED', secrets: 2, bodies: 3 });
  });

  it('is missing nothing is hashed', async () => {
    const { [header]: _missing, ...without } = good;
    expect(await checked(scheme, without)).toEqual(UNHASHED);
  });

  it.each([
    ['empty', () => ''],
    ['too short', (text: string) => text.slice(1)],
    ['too long', (text: string) => `0${text}`],
    ['of other characters', (text: string) => `-${text.slice(1)}`],
    ['another hash', () => createHmac('sha512', SECRET).update(BODY).digest('hex')],
  ])('is %s nothing is hashed, and its head alone is refused', async (_, changed) => {
    const headers = withSignature(changed(signature));
    expect(await checked(scheme, headers)).toEqual(UNHASHED);
    expect(() => requireSignatureHeader({ scheme, secret: SECRET }, headers)).toThrow(SIGNATURE_SCHEMES[scheme].form);
  });

  it('is without its prefix nothing is hashed', async () => {
    if (value === signature) return;
    expect(await checked(scheme, { ...good, [header]: signature })).toEqual(UNHASHED);
  });
});

describe.each(['standard_webhooks', 'stripe', 'slack'])('of a call that was signed by %s', (scheme) => {
  it.each([SECONDS_OF_A_WINDOW + 1, -SECONDS_OF_A_WINDOW - 1])('%i seconds away nothing is hashed', async (away) => {
    expect(await checked(scheme, signedAt(scheme, NOW + away))).toEqual(UNHASHED);
  });

  it('at no time nothing is hashed', async () => {
    const good = signedAt(scheme);
    const timeless = Object.fromEntries(
      Object.entries(good).map(([name, text]) => [
        name,
        text === String(NOW) ? 'soon' : text.replace(/^t=\d+/, 't=soon'),
      ]),
    );
    expect(await checked(scheme, timeless)).toEqual(UNHASHED);
  });
});

it('what the token of GitLab is compared with is read only when there is one', async () => {
  expect(await checked('gitlab', { 'x-gitlab-token': '' })).toEqual(UNHASHED);
  expect(await checked('gitlab', { 'x-gitlab-token': SECRET })).toEqual({ outcome: 'taken', secrets: 1, bodies: 0 });
});
