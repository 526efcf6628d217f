import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createProxy, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { AppError } from '@millrace/contracts';
import { FakeHttpServer } from '@millrace/testing';
import { AllowList } from './allow-list.js';
import { httpRoutesSchema } from './http-routes.js';
import { RoutedConnections } from './routed-connections.js';
import { SafeHttpClient } from './safe-http-client.js';

/*
 * A service that requires a certificate of its own authority, one that requires none, and a proxy: everything on this machine, which the allow-list lets be called.
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
  connections = 0;
  readonly #server = createProxy((request, response) => {
    this.#note(request);
    if (request.url?.endsWith('/private')) response.writeHead(302, { location: 'http://10.1.2.3:8080/' });
    response.end(JSON.stringify({ by: 'proxy' }));
  });

  constructor(private readonly target: () => number) {
    this.#server.on('connection', () => this.connections++);
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
    return this.urlFor('me:p%40ss');
  }

  urlFor(user: string): string {
    return `http://${user}@127.0.0.1:${portOf(this.#server)}`;
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
  proxy.connections = 0;
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

function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await errorOf(work);
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

  it('is not shown to a host that another one redirects to', async () => {
    const authorities = file('ca.crt');
    clientWith([{ hosts: ['127.0.0.1'], client_certificate: CERTIFICATE, authorities }, { authorities }]);
    plain.on('/elsewhere', { status: 302, headers: { location: ofSecured() } });
    expect(await get(`${plain.url}/elsewhere`)).toBe('nobody');
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

  it('gets names that are not known here, which are looked for once in a while', async () => {
    const looked: string[] = [];
    client = new SafeHttpClient({
      allowed: AllowList.parse(''),
      routes: httpRoutesSchema.parse([{ proxy: proxy.url }]),
      resolve: (name, callback) => {
        looked.push(name);
        callback(new Error('not known'), []);
      },
    });
    for (const path of ['a', 'b']) expect(await get(`http://far.example:8080/${path}`)).toBe('{"by":"proxy"}');
    expect(looked).toEqual(['far.example']);
  });

  it('gets nothing for hosts and organisations that it is not for', async () => {
    clientWith([{ organisations: ['org_acme'], hosts: ['service.example'], proxy: proxy.url }]);
    expect(await get(plain.url, 'org_acme')).toBe('{"by":"service"}');
    await codeOf(get('http://service.example:8080/', 'org_other'));
    expect(proxy.asked).toEqual([]);
  });

  it('is not asked for hosts that a rule before says have none', async () => {
    clientWith([{ hosts: ['127.0.0.1'], proxy: null }, { proxy: proxy.url }]);
    expect(await get(plain.url)).toBe('{"by":"service"}');
    expect(await get('http://service.example:8080/')).toBe('{"by":"proxy"}');
    expect(proxy.asked).toHaveLength(1);
  });

  it.each(['10.1.2.3', '169.254.169.254', '[::1]', 'localhost'])('is not asked for %s', async (host) => {
    clientWith([{ proxy: proxy.url }], 'service.example');
    expect(await codeOf(get(`http://${host}:8080/`))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(proxy.asked).toEqual([]);
  });

  it('is not asked for a private address that it redirects to', async () => {
    clientWith([{ proxy: proxy.url }], 'service.example');
    expect(await codeOf(get('http://service.example:8080/private'))).toBe('HTTP_ADDRESS_BLOCKED');
    expect(proxy.asked).toHaveLength(1);
  });

  it.each(['SERVICE.example.', '0x0a.0x010203', '[fd00::7]'])('is asked for %s', async (host) => {
    const hosts = ['service.example', '10.0.0.0/8', 'fd00::/8'];
    clientWith([{ hosts, proxy: proxy.url }], hosts.join());
    expect(await get(`http://${host}:8080/`)).toBe('{"by":"proxy"}');
  });

  it('is asked for many hosts by one connection, as a user who has no password', async () => {
    clientWith([{ proxy: proxy.urlFor('token') }], '*.example');
    for (const name of ['a', 'b', 'c']) await get(`http://${name}.example:8080/`);
    expect(proxy.asked).toEqual(['a', 'b', 'c'].map((name) => `GET http://${name}.example:8080/ by token:`));
    expect(proxy.connections).toBe(1);
  });

  it('is left with the client', async () => {
    clientWith([{ proxy: proxy.url }], 'service.example');
    await get('http://service.example:8080/');
    await client.close();
    const late = await errorOf(get('http://service.example:8080/'));
    expect(late).toMatchObject({ details: { cause: 'UND_ERR_DESTROYED' } });
  });

  it('that is not there is a failure that may pass, and does not say where it is', async () => {
    clientWith([{ proxy: 'http://127.0.0.1:9' }], '*.example');
    for (const url of ['http://service.example:8080/', 'https://service.example/']) {
      expect(await errorOf(get(url))).toMatchObject({
        code: 'HTTP_REQUEST_FAILED',
        details: { cause: 'ECONNREFUSED' },
        message: expect.stringMatching(/failed: no connection to the proxy$/) as string,
      });
    }
  });

  it('that does not respond is given up', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const rules = httpRoutesSchema.parse([{ proxy: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` }]);
    const allowed = AllowList.parse('service.example');
    const connections = new RoutedConnections({ allowed, connectTimeoutMs: 100, agent: {} }, rules);
    const url = new URL('https://service.example/');
    const sender = await connections.to(url, undefined);
    const error = await new Promise((resolve) => {
      sender.dispatch(
        { origin: url.origin, path: '/', method: 'GET' },
        { onRequestStart: () => undefined, onResponseError: (_, failure) => resolve(failure) },
      );
    });
    expect(error).toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
    await connections.close();
    silent.close();
  });

  it('is not waited for longer than the request may take while its host is looked up', async () => {
    const routes = httpRoutesSchema.parse([{ proxy: proxy.url }]);
    client = new SafeHttpClient({ allowed: AllowList.parse(''), routes, resolve: () => undefined });
    const request = { method: 'GET', url: 'http://service.example:8080/' };
    expect(await errorOf(client.request({ ...request, timeoutMs: 20 }))).toMatchObject({
      details: { cause: 'TIMEOUT' },
    });
    const signal = AbortSignal.abort(new Error('not wanted'));
    await expect(client.request({ ...request, signal })).rejects.toThrow('not wanted');
  });
});
