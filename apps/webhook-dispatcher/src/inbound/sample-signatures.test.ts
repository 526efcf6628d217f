import { SIGNATURE_SCHEMES } from './signature-schemes.js';
import { sampleHeaders } from './sample-signatures.js';
import { requireSignature } from './signature.js';

const NOW = 1_764_147_600;
const receivedAt = new Date(NOW * 1_000).toISOString();
const body = Buffer.from('{"test":true}');
const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

test.each(Object.keys(SIGNATURE_SCHEMES))('a sample of %s is signed as the check expects it', async (scheme) => {
  for (const header of [undefined, 'X-Own']) {
    const signature = { scheme, secret, ...(header === undefined ? {} : { header }) };
    const headers = sampleHeaders(signature, { body, secret, seconds: NOW, id: 'msg_1' });
    const none = () => Promise.resolve({});
    const secrets = { read: none, readFormer: none };
    const checked = (each: Buffer) => requireSignature(signature, { headers, body: each, receivedAt }, secrets);
    await checked(body);
    // That of GitLab covers nothing.
    if (scheme !== 'gitlab') await expect(checked(Buffer.from('{}'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  }
});

test('a scheme of a later release is not signed', () => {
  const call = { body, secret, seconds: NOW, id: 'msg_1' };
  expect(sampleHeaders({ scheme: 'toString', secret }, call)).toEqual({});
});
