import { LIMITS } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { startGateway, TOKEN, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';

/** What a caller announces; all but its last byte comes before the rest is held back. */
const BODY = Buffer.from(`{"input":"${'x'.repeat(5_199_988)}"}`);
const FIRST = BODY.length - 1;
/** So many have room. */
const ROOM = Math.floor(LIMITS.heldBodyBytes / BODY.length);

let gateway: RunningGateway;
const clients: RawClient[] = [];

beforeAll(async () => {
  gateway = await startGateway();
});
afterEach(() => clients.splice(0).forEach((client) => client.end()));
afterAll(() => gateway.stop());

async function begin(): Promise<RawClient> {
  const client = await RawClient.open(gateway.url);
  clients.push(client);
  client.head(
    `POST /v1/workflows/${WORKFLOW}/execute HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${TOKEN}`,
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
  );
  client.socket.write(BODY.subarray(0, FIRST));
  return client;
}

const connections = () =>
  new Promise<number>((resolve) => gateway.app.getHttpServer().getConnections((_, count) => resolve(count)));
const finish = (client: RawClient) => client.socket.write(BODY.subarray(FIRST));
const refusedOf = (all: readonly RawClient[]) => all.filter(({ statuses }) => statuses[0] === 429);

describe('bodies that arrive at once', () => {
  it('arrive a few at a time: one too many waits, is refused when it waits for long, and the others pass', async () => {
    expect(BODY.length).toBeLessThan(LIMITS.apiBodyBytes);
    const all: RawClient[] = [];
    for (let count = 0; count <= LIMITS.largeBodiesArriving; count++) all.push(await begin());
    await waitUntil('one to be refused', () => refusedOf(all).length > 0);
    const [refused] = refusedOf(all);
    expect(refused?.received).toMatch(/^retry-after: 1\r$/im);
    expect(refused?.received).toContain(`"waited_ms":${LIMITS.bodyTurnWaitMs}`);
    expect((await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body: '{}' })).status).toBe(202);
    const others = all.filter((client) => client !== refused);
    others.forEach(finish);
    for (const client of others) expect(await client.answers(1)).toEqual([202]);
  });

  it('give their room back when they have their response, and when their caller goes away', async () => {
    const before = await connections();
    const all = await Promise.all(Array.from({ length: ROOM }, begin));
    const gone = all.splice(0, 2);
    all.forEach(finish);
    for (const client of all) expect(await client.answers(1)).toEqual([202]);
    for (const client of [...all, ...gone]) client.end();
    await waitUntil('the gateway to notice', async () => (await connections()) <= before);
    const again = await Promise.all(Array.from({ length: ROOM }, begin));
    again.forEach(finish);
    for (const client of again) expect(await client.answers(1)).toEqual([202]);
  });
});
