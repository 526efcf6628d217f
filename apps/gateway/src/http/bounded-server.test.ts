import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { BoundedServerAdapter, CLIENT_TIMES } from './bounded-server.js';

/** Opens connections in a process of its own, and prints how many there are when all are, or after a time. */
const CONNECTS = `
const { connect } = require('node:net');
const [, port, count] = process.argv;
let open = 0;
const end = () => { console.log(open); process.exit(); };
for (let index = 0; index < Number(count); index++)
  connect(Number(port), '127.0.0.1', () => ++open === Number(count) && end()).on('error', () => undefined);
setTimeout(end, 5_000);
`;

test('connections are taken while the process is busy, more than the 511 that Node leaves room for', async () => {
  const adapter = new BoundedServerAdapter(CLIENT_TIMES, 4_096);
  adapter.initHttpServer();
  const server: Server = adapter.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    // Until it returns, this process accepts nothing.
    const { stdout } = spawnSync(process.execPath, ['-e', CONNECTS, String(port), '1000'], { encoding: 'utf8' });
    expect(Number(stdout)).toBe(1_000);
  } finally {
    server.close();
  }
});
