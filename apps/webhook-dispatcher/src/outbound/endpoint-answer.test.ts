import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS, newId } from '@millrace/contracts';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { EndpointAnswer } from './endpoint-answer.js';
import { EndpointCall, type CallResult } from './endpoint-call.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

const SECRET = 'p'.repeat(300);

/** What an endpoint may send behind its head. */
const BODIES: Readonly<Record<string, (response: ServerResponse) => void>> = {
  large: (response) => void response.end('A'.repeat(70_000)),
  endless: (response) => {
    const write = (): void => {
      while (!response.destroyed && response.write('A'.repeat(16_384)));
    };
    response.on('drain', write);
    write();
  },
  dripping: (response) => {
    response.write('A');
    const timer = setInterval(() => response.write('A'), 20);
    response.on('close', () => clearInterval(timer));
  },
  'no gzip': (response) => void response.end('AAAA'),
  'broken off': (response) => response.write('AAAA', () => setTimeout(() => response.destroy(), 20)),
};

let server: Server;
let respond: (response: ServerResponse) => void;
let closed: Promise<void>;
const client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });

beforeAll(async () => {
  server = createServer((request, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    request.resume().on('end', () => respond(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function sent(secrets: readonly string[] = []): Promise<CallResult> {
  const secretsOf: Subscriptions['secretsOf'] = () => [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];
  const call = new EndpointCall(client, { secretsOf } as Subscriptions, () => secrets);
  const delivery = { event_id: newId('event'), organisation_id: 'org_1', body: '{}' };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { signal } = new AbortController();
  return call.send(delivery as never, { url } as Subscription, { now: Date.now(), signal });
}

describe.each(Object.entries(BODIES))('of a body that is %s', (kind, write) => {
  beforeEach(() => {
    // Else the time that an endpoint has is waited for.
    const limits: { eventTimeoutMs: number } = LIMITS;
    jest.replaceProperty(limits, 'eventTimeoutMs', kind === 'dripping' ? 500 : 15_000);
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    [200, true, false],
    [410, false, true],
    [500, false, false],
  ])('the status %d counts all the same', async (status, delivered, gone) => {
    respond = (response) => {
      response.writeHead(status, kind === 'no gzip' ? { 'content-encoding': 'gzip' } : {});
      write(response);
    };
    const result = await sent();
    const error = delivered ? null : `The endpoint returned the status ${status}`;
    expect(result).toMatchObject({ delivered, gone, made: { status_code: status, error } });
    expect(result.made.response).toMatch(/^A*… \(cut\)$/);
    expect(result.made.response.length).toBeLessThan(1_010);
    // Nothing more of it is read.
    await closed;
  });
});

it('of a long body no more is read, and held, than some of which the beginning is shown', async () => {
  let pieces = 0;
  async function* long(): AsyncGenerator<Uint8Array> {
    while (pieces++ < 1_000) yield Buffer.alloc(16 * 1024, 'A');
  }
  await new EndpointAnswer().receive({ status: 200, headers: {} })(long());
  expect(pieces).toBe(5);
});

it('a body that fits is recorded as it is', async () => {
  respond = (response) => void response.writeHead(200).end('taken');
  expect((await sent()).made.response).toBe('taken');
  respond = (response) => void response.writeHead(204).end();
  expect((await sent()).made.response).toBe('');
});

it('an endpoint that ends without a head has no status', async () => {
  respond = (response) => void response.destroy();
  expect(await sent()).toMatchObject({ delivered: false, made: { status_code: null, response: '' } });
});

it('no part of a password is recorded where what is read ends', async () => {
  respond = (response) => void response.writeHead(200).end(SECRET.repeat(300));
  expect((await sent([SECRET])).made.response).not.toContain('p');
});
