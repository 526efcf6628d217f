import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { AllowList } from './allow-list.js';
import { SafeHttpClient } from './safe-http-client.js';

/*
 * A server ends the connection right behind its response, while whoever reads the body has asked it to wait. undici 7 ended the process for that:
 * patches/undici@7.30.2.patch.
 */

let server: Server;
let client: SafeHttpClient;
let url: string;
let respond: (socket: Socket) => void;

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => respond(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterAll(async () => {
  await client.close();
  server.close();
});

const whole = Buffer.from(randomBytes(60_000).toString('hex'));
const headOf = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const lengthOf = (body: Buffer) => `content-length: ${body.length}`;
const CLOSE = 'connection: close';

/** Ways in which a response says where its body ends; the connection is closed behind it. */
const FRAMINGS: Readonly<Record<string, (body: Buffer) => [string[], Buffer]>> = {
  'the end of the connection': (body) => [[], body],
  'an end that was announced': (body) => [[CLOSE], body],
  'a length': (body) => [[lengthOf(body), CLOSE], body],
  chunks: (body) => [
    ['transfer-encoding: chunked', CLOSE],
    Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
  ],
};

const ENCODINGS = {
  gzip: gzipSync,
  br: brotliCompressSync,
} as const;

/** The body, read so slowly that the connection has ended meanwhile. */
async function readSlowly(): Promise<Buffer> {
  const read: Uint8Array[] = [];
  await client.request({
    method: 'GET',
    url,
    receive: () => async (body) => {
      for await (const piece of body) {
        read.push(piece);
        await sleep(20);
      }
    },
  });
  return Buffer.concat(read);
}

describe.each(Object.keys(FRAMINGS))('a body that ends by %s', (framing) => {
  const framed = FRAMINGS[framing]!;

  it.each(Object.keys(ENCODINGS) as (keyof typeof ENCODINGS)[])(
    'is whole where it is compressed by %s',
    async (encoding) => {
      const [lines, content] = framed(ENCODINGS[encoding](whole));
      respond = (socket) =>
        socket.end(Buffer.concat([Buffer.from(headOf(`content-encoding: ${encoding}`, ...lines)), content]));
      expect(Buffer.from((await client.request({ method: 'GET', url })).body).equals(whole)).toBe(true);
    },
  );

  it.each([1, 3_000, 60_000, 1_000_000])('is whole for a reader who takes its time: %d bytes', async (bytes) => {
    const body = randomBytes(bytes);
    const [lines, content] = framed(body);
    respond = (socket) => socket.end(Buffer.concat([Buffer.from(headOf(...lines)), content]));
    expect((await readSlowly()).equals(body)).toBe(true);
  });
});

it.each(['a length', 'chunks'])(
  'a body that was to end by %s is no whole one when the connection ends before',
  async (framing) => {
    const [lines, content] = FRAMINGS[framing]!(whole);
    respond = (socket) => socket.end(Buffer.concat([Buffer.from(headOf(...lines)), content.subarray(0, -8)]));
    await expect(readSlowly()).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
  },
);

it('a connection that is reset is no end of a body, as it may have lost a part of it', async () => {
  respond = (socket) => {
    socket.write(
      Buffer.concat([Buffer.from(headOf()), whole]),
      () => void setTimeout(() => socket.resetAndDestroy(), 50),
    );
  };
  await expect(readSlowly()).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
  await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'HTTP_REQUEST_FAILED' });
});
