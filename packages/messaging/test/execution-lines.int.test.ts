import { Controller } from '@nestjs/common';
import { RunRequested } from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { OnMessage, TerminalError, type Logger } from '../src/index.js';
import { startService, type TestService } from './start-service.js';

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 6 })
  run(): void {
    throw new TerminalError('Not today');
  }
}

const lines: (Record<string, unknown> & { line: string })[] = [];
const take = (fields: object, line: string) => void lines.push({ ...fields, line });
const logger: Logger = { debug: take, info: take, warn: take, error: take, isLevelEnabled: () => true };

let nats: OwnServer;
let service: TestService;

beforeAll(async () => {
  nats = await startNats();
  service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController], logger });
});
afterAll(async () => {
  try {
    await service.close();
  } finally {
    await nats.stop();
  }
});

test('each line about a message names the execution that it is about', async () => {
  const run = aRunRequest();
  await service.bus.publish(RunRequested, run, { requestId: 'req_1' });
  const about = () => lines.filter((fields) => JSON.stringify(fields).includes(run.execution_id));
  await waitUntil('the dead letter', async () => about().some(({ line }) => line.includes('is now a dead letter')));
  expect(about().map(({ line, executionId }) => [line, executionId])).toEqual([
    ['A message is stored', run.execution_id],
    ['A message handler failed', run.execution_id],
    ['A message was given up and is now a dead letter', run.execution_id],
  ]);
  expect(about()[0]).toMatchObject({ message: 'RunRequested', requestId: 'req_1', duplicate: false });
});
