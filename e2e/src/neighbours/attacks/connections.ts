import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiBase } from '../../support/api.js';
import { inParallel } from '../../support/eventually.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

/** Callers that are slow, many, or call what is not there. */
export const connections: Family = {
  name: 'connections',
  attacks: (extent, attacker) => [
    slow('headers that never end', extent, 'POST /v1/workflows HTTP/1.1\r\nHost: a\r\nX-A: '),
    slow(
      'bodies that never come',
      extent,
      `POST /v1${attacker.webhook} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n{`,
    ),
    unknownAddresses(extent, attacker),
    tinyPieces(extent, attacker),
    atOnce(extent),
  ],
};

function slow(name: string, extent: Extent, opening: string): Attack {
  return {
    name,
    run: async () => {
      const { hostname, port } = new URL(apiBase());
      const sockets: Socket[] = [];
      for (let count = 0; count < 200; count++) {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined).write(opening);
        sockets.push(socket);
      }
      for (let drip = 0; drip < (extent === 'short' ? 10 : 100); drip++) {
        for (const socket of sockets) if (socket.writable) socket.write('a');
        await sleep(200);
      }
      for (const socket of sockets) socket.destroy();
    },
  };
}

function unknownAddresses(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'large calls of webhooks that are not there',
    run: async () => {
      const raw = `{"a":"${'x'.repeat(1024 * 1024)}"}`;
      const headers = { 'content-type': 'application/json' };
      await inParallel(Array.from({ length: extent === 'short' ? 60 : 600 }), 6, (_, index) =>
        attacker.send(attacker.stranger, 'POST', `/webhooks/wh_unknown_${index}`, { raw, headers }),
      );
    },
  };
}

/** Bodies of a byte at a time: each is dear to take, and small for a limit of bytes. */
function tinyPieces(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'bodies in tiny pieces, to a known webhook and to nothing',
    run: async () => {
      const sockets = ['/v1' + attacker.webhook, '/v1/workflows'].flatMap((path) =>
        opened(
          extent === 'short' ? 10 : 50,
          `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
        ),
      );
      const pieces = '1\r\n \r\n'.repeat(2_000);
      for (let sent = 0; sent < 150; sent++) {
        for (const socket of sockets) if (socket.writable && socket.writableLength < 1_000_000) socket.write(pieces);
        await sleep(20);
      }
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** All begin at the same moment, and none reads an answer. */
function atOnce(extent: Extent): Attack {
  return {
    name: 'a thousand connections with sixteen requests each',
    run: async () => {
      for (const path of ['/openapi.json', '/v1/me', '/nowhere']) {
        const sockets = opened(1_000, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(16));
        for (const socket of sockets) socket.pause();
        await sleep(extent === 'short' ? 2_000 : 8_000);
        for (const socket of sockets) socket.destroy();
      }
    },
  };
}

/** Connections that have sent something, from an address that is not the victim's where the system has several. */
function opened(count: number, opening: string): Socket[] {
  const { hostname, port } = new URL(apiBase());
  return Array.from({ length: count }, () => {
    const from = process.platform === 'linux' ? { host: '127.0.0.1', localAddress: '127.0.0.2' } : { host: hostname };
    const socket = connect({ port: Number(port), ...from });
    socket.on('error', () => undefined).write(opening);
    return socket;
  });
}
