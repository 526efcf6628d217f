import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ListExecutions } from '@millrace/contracts';
import { connectBus, silentLogger } from '@millrace/messaging';
import { freePort, startMongo, startNats, uniqueName, waitUntil } from '@millrace/testing';
import { append, aSubject, fiveSteps } from './start-history.js';

it('acknowledges nothing that is not written: killed while MongoDB is away, it loses no entry', async () => {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  const bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  const database = uniqueName('ack');
  const children: ChildProcess[] = [];
  const run = async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [join(__dirname, '../dist/program/main.js')], {
      env: {
        MILLRACE_NATS_URL: nats.url,
        MILLRACE_MONGODB_URL: mongo.url,
        MILLRACE_MONGODB_DATABASE: database,
        MILLRACE_HEALTH_PORT: String(port),
        MILLRACE_LOG_LEVEL: 'fatal',
        MILLRACE_ACK_WAIT_SECONDS: '5',
      },
      stdio: 'ignore',
    });
    children.push(child);
    await waitUntil('ready', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200, 30_000);
    return child;
  };
  try {
    const child = await run();
    await mongo.kill();
    const subject = aSubject();
    await append(bus, subject, fiveSteps(subject));
    // Time to get it, and for an acknowledgement that must not be sent.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await mongo.restart();
    await run();
    const list = () => bus.request(ListExecutions, { organisation_id: subject.organisationId, limit: 10 });
    await waitUntil('the record', async () => (await list()).executions[0]?.status === 'completed', 60_000);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await bus.close();
    await Promise.all([nats.stop(), mongo.stop()]);
  }
});
