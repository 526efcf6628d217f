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
