import { CreateToken, tokenEndpoints } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
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

  it('pays for the answers that are kept under its keys, and has none kept then', async () => {
    const { connection } = gateway.bus as NatsBus;
    const answer = { ...tokenEndpoints.create.answer.example, token: 'mr_shown_once' };
    connection.subscribe(CreateToken.subject, {
      callback: (_, message) => void message.respond(JSON.stringify(answer)),
    });
    const body = JSON.stringify({ name: 'CI', scopes: ['workflows:read'] });
    const makeToken = (key: string): ReturnType<RunningGateway['call']> =>
      gateway.call('POST', '/v1/tokens', { body, headers: { 'idempotency-key': key } });
    const kept = async (): Promise<string | undefined> => {
      const last = JSON.stringify({ last_by_subj: '$KV.idempotency.>' });
      const reply = await connection.request('$JS.API.STREAM.MSG.GET.KV_idempotency', last);
      const { data } = reply.json<{ message: { data: string } }>().message;
      return (JSON.parse(Buffer.from(data, 'base64').toString()) as { answer?: string }).answer;
    };
    hasFree(0.1);
    const charged = jest.spyOn(gateway.app.get(StorageQuota), 'charge');
    expect((await makeToken('key-1')).status).toBe(201);
    const bytes = (await kept())?.length;
    expect(bytes).toBeGreaterThan(0);
    expect(charged).toHaveBeenCalledWith('org_a', bytes);
    charged.mockRestore();

    expect((await execute(JSON.stringify({ input: 'x'.repeat(0.2 * MEBIBYTE) }))).status).toBe(202);
    await waitUntil('the refusal', async () => (await execute()).status === 409);
    expect((await makeToken('key-2')).status).toBe(201);
    expect(await kept()).toBe('');
    expect((await makeToken('key-2')).body.error?.code).toBe('IDEMPOTENCY_ANSWER_NOT_KEPT');
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
