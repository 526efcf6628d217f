import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createProxy, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { AppError } from '@millrace/contracts';
import { FakeHttpServer } from '@millrace/testing';
import { AllowList } from './allow-list.js';
import { httpRoutesSchema } from './http-routes.js';
import { SafeHttpClient } from './safe-http-client.js';

/*
 * A service that wants a certificate of its own authority, one that wants none, and a proxy: everything on this machine, which the allow-list lets be called.
 */

const folder = mkdtempSync(join(tmpdir(), 'millrace-routes-'));
const file = (name: string): string => join(folder, name);
const pemOf = (name: string): string => readFileSync(file(name), 'utf8');
const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;

/** A key, and a certificate of the authority for a name. */
function certify(name: string, commonName: string): void {
  const request = ['-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${commonName}`];
  openssl('req', '-newkey', 'rsa:2048', '-nodes', ...request);
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,DNS:service.example');
  const authority = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('names')];
  openssl('x509', '-req', '-in', file(`${name}.csr`), '-out', file(`${name}.crt`), '-days', '2', ...authority);
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

/** A forward proxy that remembers what it was asked for, and sends everything to one port of this machine. */
class Proxy {
  readonly asked: string[] = [];
  readonly #server = createProxy((request, response) => {
    this.#note(request);
    response.end(JSON.stringify({ by: 'proxy' }));
  });

  constructor(private readonly target: () => number) {
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.#note(request);
      const onward = connect(this.target(), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const one of [socket, onward]) one.on('error', () => socket.destroy());
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://me:p%40ss@127.0.0.1:${portOf(this.#server)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #note({ method, url, headers }: IncomingMessage): void {
    const given = /^Basic (.*)$/.exec(headers['proxy-authorization'] ?? '')?.[1] ?? '';
    this.asked.push(`${method} ${url} by ${Buffer.from(given, 'base64').toString()}`);
  }
}

let secured: Server;
let plain: FakeHttpServer;
let proxy: Proxy;
let client: SafeHttpClient;

beforeAll(async () => {
  const own = ['-keyout', file('ca.key'), '-out', file('ca.crt'), '-subj', '/CN=Authority of a test'];
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...own);
  certify('server', 'localhost');
  certify('client', 'acme');
  const tls = { key: pemOf('server.key'), cert: pemOf('server.crt'), ca: pemOf('ca.crt') };
  secured = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const shown = (request.socket as TLSSocket).getPeerCertificate() as Partial<PeerCertificate>;
    response.end(shown.subject?.CN ?? 'nobody');
  });
  secured.listen(0, '127.0.0.1');
  await once(secured, 'listening');
  plain = await FakeHttpServer.start();
  plain.otherwise(() => ({ body: { by: 'service' } }));
  proxy = new Proxy(() => portOf(secured));
  await proxy.start();
});

afterEach(async () => {
  proxy.asked.length = 0;
  await client.close();
});

afterAll(async () => {
  proxy.close();
  secured.closeAllConnections();
  secured.close();
  await plain.stop();
  rmSync(folder, { recursive: true });
});

const CERTIFICATE = { certificate: file('client.crt'), key: file('client.key') };

function clientWith(rules: readonly object[], allowed = 'localhost, service.example, 127.0.0.1'): void {
  client = new SafeHttpClient({ allowed: AllowList.parse(allowed), routes: httpRoutesSchema.parse(rules) });
}

async function get(url: string, organisationId?: string): Promise<string> {
  const { body } = await client.request({ method: 'GET', url, organisationId });
  return Buffer.from(body).toString();
}

const ofSecured = (host = 'localhost'): string => `https://${host}:${portOf(secured)}/`;

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof AppError ? error.code : error;
}

describe('a certificate', () => {
  it('is shown to the hosts it is for, by the organisation it is for', async () => {
    clientWith([
      {
        organisations: ['org_acme'],
        hosts: ['localhost'],
        client_certificate: CERTIFICATE,
        authorities: file('ca.crt'),
      },
      { authorities: pemOf('ca.crt') },
    ]);
    expect(await get(ofSecured(), 'org_acme')).toBe('acme');
    // Neither by another one on a connection that is open, nor by nobody.
    expect(await get(ofSecured(), 'org_other')).toBe('nobody');
    expect(await get(ofSecured())).toBe('nobody');
    expect(await get(ofSecured(), 'org_acme')).toBe('acme');
  });

  it('of an authority that nobody named is not trusted', async () => {
    clientWith([{ hosts: ['elsewhere.example'], authorities: pemOf('ca.crt') }]);
    expect(await codeOf(get(ofSecured(), 'org_acme'))).toBe('HTTP_REQUEST_FAILED');
  });
});

describe('a proxy', () => {
  it('tunnels what is encrypted, with the certificate of the caller, and is asked for what is not', async () => {
    const rest = { client_certificate: CERTIFICATE, authorities: pemOf('ca.crt') };
    clientWith([{ hosts: ['service.example'], proxy: proxy.url, ...rest }]);
    expect(await get(ofSecured('service.example'))).toBe('acme');
    expect(await get('http://service.example:8080/items?size=2')).toBe('{"by":"proxy"}');
    expect(proxy.asked).toEqual([
      `CONNECT service.example:${portOf(secured)} by me:p@ss`,
      'GET http://service.example:8080/items?size=2 by me:p@ss',
    ]);
  });

  it('gets nothing for hosts and organisations that it is not for', async () => {
    clientWith([{ organisations: ['org_acme'], hosts: ['service.example'], proxy: proxy.url }]);
    expect(await get(plain.url, 'org_acme')).toBe('{"by":"service"}');
    await codeOf(get('http://service.example:8080/', 'org_other'));
    expect(proxy.asked).toEqual([]);
  });

  it.each(['10.1.2.3', '169.254.169.254', '[::1]', 'localhost'])('is not asked for %s', async (host) => {
    clientWith([{ proxy: proxy.url }], 'service.example');
    expect(await codeOf(get(`http://${host}:8080/`))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(proxy.asked).toEqual([]);
  });

  it('that is not there is a failure that may pass', async () => {
    clientWith([{ proxy: 'http://127.0.0.1:9' }]);
    expect(await codeOf(get('http://service.example:8080/'))).toBe('HTTP_REQUEST_FAILED');
  });
});

describe('rules that cannot be used', () => {
  const problemsOf = (rules: unknown): string =>
    httpRoutesSchema
      .safeParse(rules)
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
      .join() ?? '';

  it.each<[string, unknown, string]>([
    ['that say nothing', [{ hosts: ['a.example'] }], '0 must have a proxy'],
    ['with a name that is none', [{ prox: 'http://a.example' }], 'prox'],
    [
      'with hosts that are none',
      [{ hosts: ['http://a.example'], proxy: 'http://a.example' }],
      '0.hosts "http://a.example" is no host',
    ],
    ['with a proxy of another kind', [{ proxy: 'socks5://a.example' }], '0.proxy must be a URL such as'],
    ['with a file that is not there', [{ authorities: '/no/such/file' }], '0.authorities is neither PEM nor a file'],
    [
      'with a key that is none',
      [{ client_certificate: { certificate: '-----BEGIN x', key: '-----BEGIN y' } }],
      '0 has a certificate or key',
    ],
  ])('%s are refused', (_, rules, problem) => {
    expect(problemsOf(rules)).toContain(problem);
  });
});
