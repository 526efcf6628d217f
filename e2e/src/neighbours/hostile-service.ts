import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LIMITS } from '@millrace/contracts';

const MEBIBYTE = 1024 * 1024;

/** What each path returns: compressed, so that a few KB on the wire become many MB. */
const BODIES: Readonly<Record<string, () => string>> = {
  '/zeros': () => `"${'0'.repeat(48 * MEBIBYTE)}"`,
  '/arrays': () => `[${'[],'.repeat(2_900_000)}[]]`,
  '/objects': () => `[${'{"a":{}},'.repeat(1_000_000)}{}]`,
  '/deep': () => '['.repeat(200_000) + ']'.repeat(200_000),
  '/digits': () => '9'.repeat(4 * MEBIBYTE),
};

/** A text in as many pieces of one byte as a response may have. */
const TINY_PIECES = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' +
    `${'1\r\na\r\n'.repeat(LIMITS.responsePieces)}0\r\n\r\n`,
);

/** An HTTP service that returns bodies made to hurt their reader. */
export class HostileService {
  /** Where a response comes in pieces of one byte. */
  static readonly piecesPath = '/pieces';

  private constructor(private readonly server: Server) {}

  static async start(): Promise<HostileService> {
    const packed = new Map<string, Buffer>();
    const server = createServer((request, response) => {
      const path = request.url ?? '/';
      const body = BODIES[path];
      request.resume();
      response.on('error', () => undefined);
      if (path === HostileService.piecesPath) return request.socket.on('error', () => undefined).end(TINY_PIECES);
      if (!body) return response.writeHead(404).end();
      const bytes = packed.get(path) ?? gzipSync(body());
      packed.set(path, bytes);
      return response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HostileService(server);
  }

  get paths(): readonly string[] {
    return Object.keys(BODIES);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
