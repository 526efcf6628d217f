import { newId, RunRequested, type RunRequest } from '@millrace/contracts';
import { connectBus, silentLogger, type GivenUp, type NatsBus } from '@millrace/messaging';
import { aRunRequest, sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { GivenUpService } from '../src/executions/given-up.service.js';
import { createHistory, type History } from './start-history.js';

/** Executions that nobody has claimed, and of which the request to run cannot be read any more. */
describe('an execution whose request to run is lost', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let client: NatsBus;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.database.asPromise();
    client = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  afterAll(async () => {
    await client.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const aRequest = (input: unknown): RunRequest =>
    aRunRequest({ organisation_id: newId('organisation'), execution_id: newId('execution'), input });

  /** Requests that are damaged in every way there is. */
  async function lostRequests(): Promise<RunRequest[]> {
    const [expired, wrong, broken] = [aRequest('x'.repeat(1_000_000)), aRequest(1), aRequest(2)];
    await client.publish(RunRequested, expired);
    await client.connection.request('$JS.API.STREAM.PURGE.OBJ_payloads');
    await client.connection.request(RunRequested.subject(wrong), JSON.stringify({ ...wrong, version: 'one' }));
    await client.connection.request(RunRequested.subject(broken), '{"execution_id":');
    return [expired, wrong, broken];
  }

  it('is reported as INPUT_LOST, whole and its input alone', async () => {
    const reads = history.app.get(ExecutionsService);
    for (const { organisation_id, execution_id } of await lostRequests()) {
      const lost = { code: 'INPUT_LOST', details: { execution_id } };
      await expect(reads.get({ organisation_id, execution_id })).rejects.toMatchObject(lost);
      await expect(reads.value({ organisation_id, execution_id, value: 'input' })).rejects.toMatchObject(lost);
      const output = reads.value({ organisation_id, execution_id, value: 'output' });
      await expect(output).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    }
  });

  it('gets a record all the same when its first journal entry is given up', async () => {
    for (const { organisation_id, execution_id } of await lostRequests()) {
      const given: GivenUp = {
        sequence: 1,
        subject: `journal.0.${organisation_id}.${execution_id}`,
        storedAt: Date.now(),
        reason: 'Processes died of it',
        inline: new Uint8Array(),
        read: () => Promise.resolve(null),
      };
      await history.app.get(GivenUpService).record(given, new AbortController().signal);
      const { executions } = await history.app.get(ExecutionsService).list({ organisation_id, limit: 5 });
      expect(executions).toMatchObject([
        { execution_id, status: 'running', incomplete: { code: 'HISTORY_INCOMPLETE' } },
      ]);
    }
  });
});
