import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { untilReady } from '@millrace/local/readiness';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A module of the build. @param {string} path below the root @returns {Promise<any>} */
export function built(path) {
  return import(join(root, path));
}

/** The services that are called; `delayMs` before each answer. */
export async function startAnswers(delayMs = 0) {
  const child = fork(fileURLToPath(new URL('answer-server.mjs', import.meta.url)), [String(delayMs)]);
  const [port] = await once(child, 'message');
  return { port: Number(port), stop: () => child.disconnect() };
}

/**
 * One executor process with a NATS server of its own.
 * @param {Readonly<Record<string, string>>} settings
 */
export async function startScene(settings) {
  const { freePort, startNats } = await built('packages/testing/dist/index.js');
  const { connectBus, silentLogger } = await built('packages/messaging/dist/index.js');
  const { newId, RunRequested, VersionSnapshot } = await built('packages/contracts/dist/index.js');
  const nats = await startNats();
  const bus = await connectBus({ url: nats.url, name: 'bench', logger: silentLogger });
  const port = await freePort();
  const executor = spawn(process.execPath, ['apps/executor/dist/program/main.js'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_HEALTH_PORT: String(port),
      MILLRACE_LOG_LEVEL: 'error',
      MILLRACE_STORAGE_QUOTA_PERCENT: '0',
      MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilReady(`http://127.0.0.1:${port}`);
  const queued = async () => {
    const reply = await bus.connection.request('$JS.API.STREAM.INFO.RUNS');
    return Number(reply.json().state.messages);
  };
  return {
    pid: Number(executor.pid),
    /** Runs so many executions of these steps to their ends. @param {readonly object[]} steps @param {number} count @param {unknown} input */
    async run(steps, count, input = {}) {
      const workflow = { workflow_id: newId('workflow'), organisation_id: newId('organisation'), version: 1 };
      const document = JSON.stringify({ name: 'bench', trigger: { type: 'webhook', config: {} }, steps });
      await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'bench', document });
      const rest = { generation: 0, trigger: { type: 'api' }, input };
      const requests = Array.from({ length: count }, () => ({
        ...{ ...workflow, ...rest },
        execution_id: newId('execution'),
        accepted_at: new Date().toISOString(),
      }));
      await Promise.all(requests.map((request) => bus.publish(RunRequested, request)));
      while ((await queued()) > 0) await sleep(5);
    },
    async stop() {
      const ended = once(executor, 'exit');
      executor.kill('SIGTERM');
      await Promise.race([ended, sleep(5_000).then(() => executor.kill('SIGKILL'))]);
      await bus.close();
      await nats.stop();
    },
  };
}
