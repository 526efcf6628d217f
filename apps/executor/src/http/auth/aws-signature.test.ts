import { awsHeaders } from './aws-signature.js';

/* The examples of Amazon's documentation: "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk". */

const auth = {
  type: 'aws_sigv4',
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 's3',
} as const;
const at = Date.UTC(2013, 4, 24);

it.each([
  ['GET', '/test.txt', { range: 'bytes=0-9' }, 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'],
  ['GET', '/?lifecycle', {}, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['GET', '/?max-keys=2&prefix=J', {}, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
])('%s %s is signed as it is there', async (method, path, headers: Record<string, string>, signature) => {
  const url = `https://examplebucket.s3.amazonaws.com${path}`;
  const { authorization } = await awsHeaders(auth, { method, url, headers, body: undefined }, at);
  expect(authorization).toContain(`Signature=${signature}`);
});

it('the token of a temporary key is sent, and signed', async () => {
  const request = { method: 'GET', url: 'https://examplebucket.s3.amazonaws.com/', headers: {}, body: undefined };
  const headers = await awsHeaders({ ...auth, session_token: 'AQoDYXdzEXAMPLE' }, request, at);
  expect(headers['x-amz-security-token']).toBe('AQoDYXdzEXAMPLE');
  expect(headers['authorization']).toMatch(/SignedHeaders=[^,]*\bx-amz-security-token\b/);
});
