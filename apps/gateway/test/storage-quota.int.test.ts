import type { NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { startGateway, TOKEN, WORKFLOW, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';

const MEBIBYTE = 1024 * 1024;

describe('an organisation that has stored as much as it may', () => {
  let gateway: RunningGateway;
  beforeEach(async () => {
    gateway = await startGateway({});
  });
  afterEach(() => gateway.stop());

  const hasFree = (mebibytes: number): void =>
    (gateway.bus as NatsBus).room.measured({ free: mebibytes * MEBIBYTE, limit: 1_000 * MEBIBYTE });
  const execute = (body = '{}'): ReturnType<RunningGateway['call']> =>
    gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body });

  it('starts nothing more, says why, and can do all else; once there is room it starts again', async () => {
    hasFree(6);
    // Stored twice, in the queue and as the beginning of the journal: with a little more than a MiB it is beyond 2 MiB.
    expect((await execute(JSON.stringify({ input: 'x'.repeat(1.1 * MEBIBYTE) }))).status).toBe(202);
    const refused = await execute();
    expect(refused.status).toBe(409);
    expect(refused.body.error).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { kind: 'storage', limit_bytes: 2 * MEBIBYTE },
    });
    expect(refused.body.error?.details['stored_bytes']).toBeGreaterThan(2 * MEBIBYTE);
    // Nobody serves it here, but it was not refused.
    expect((await gateway.call('GET', '/v1/workflows')).body.error?.code).toBe('SERVICE_UNAVAILABLE');
    hasFree(60);
    expect((await execute()).status).toBe(202);
  });

  it('is refused before its body is read', async () => {
    hasFree(0.1);
    expect((await execute(JSON.stringify({ input: 'x'.repeat(0.2 * MEBIBYTE) }))).status).toBe(202);
    await waitUntil('the refusal', async () => (await execute()).status === 409);
    const client = await RawClient.open(gateway.url);
    // The body is announced only: whoever reads it waits for it.
    client.head(
      `POST /v1/workflows/${WORKFLOW}/execute HTTP/1.1`,
      'Host: x',
      'Content-Type: application/json',
      `Authorization: Bearer ${TOKEN}`,
      'Content-Length: 1000',
    );
    expect(await client.answers(1)).toEqual([409]);
    client.end();
  });
});
