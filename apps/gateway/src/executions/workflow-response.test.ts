import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Response } from 'express';
import { prepareResponse } from './workflow-response.js';

/** A response of Node with the one method of Express that is used. */
function aResponse(): Response {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  return Object.assign(response, {
    status(code: number) {
      response.statusCode = code;
      return response;
    },
  }) as unknown as Response;
}

test('headers that HTTP cannot carry are left out, and the others are set', () => {
  const response = aResponse();
  const headers = {
    'x-masked': 'Bearer ••••',
    'x-two-lines': 'a\r\nset-cookie: b',
    'a name': 'x',
    '': 'x',
    'content-type': 'text/••••',
    'X-Kept': 'é',
  };
  expect(prepareResponse(response, { status: 201, headers, body: 'whole' })).toBe('whole');
  expect([response.statusCode, { ...response.getHeaders() }]).toEqual([
    201,
    {
      'x-kept': 'é',
      'content-security-policy': 'sandbox allow-scripts allow-forms',
      'content-type': 'text/plain; charset=utf-8',
    },
  ]);
});

test.each([
  'X-Accel-Redirect',
  'X-Accel-Buffering',
  'X-Sendfile',
  'X-Lighttpd-Send-File',
  'X-Reproxy-URL',
  'Surrogate-Control',
  'CDN-Cache-Control',
  'WWW-Authenticate',
  'Set-Login',
  'Critical-CH',
])('%s is an order to somebody else than the caller, and is left out', (name) => {
  const response = aResponse();
  prepareResponse(response, { status: 200, headers: { [name]: '/internal', 'x-kept': 'yes' } });
  expect(Object.keys(response.getHeaders())).toEqual(['x-kept', 'content-security-policy']);
});

test('what cannot be written as JSON changes nothing of the answer', () => {
  const body: Record<string, unknown> = {};
  body['self'] = body;
  const response = aResponse();
  expect(() => prepareResponse(response, { status: 201, headers: { 'x-set': 'yes' }, body })).toThrow();
  expect([response.statusCode, { ...response.getHeaders() }]).toEqual([200, {}]);
});
