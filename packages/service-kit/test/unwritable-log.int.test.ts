import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startNats, waitUntil, type OwnServer } from '@millrace/testing';

let nats: OwnServer;
let child: ChildProcess | undefined;

beforeAll(async () => {
  nats = await startNats();
});
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => nats.stop());

/** Starts a service that logs all the time, and returns how to ask for the lines that it has lost. */
async function startChattyService(
  stdio: StdioOptions,
): Promise<{ service: ChildProcess; lost: () => Promise<number> }> {
  const port = await freePort();
  const service = spawn(process.execPath, [join(__dirname, 'chatty-service.mjs'), nats.url, String(port)], { stdio });
  child = service;
  const lost = async (): Promise<number> => {
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const counts = [...page.matchAll(/^millrace_log_lines_lost_total\{.*\} (\d+)$/gm)].map((match) => Number(match[1]));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  await waitUntil('the service to be ready', async () => {
    if (service.exitCode !== null) throw new Error(`The service ended with ${service.exitCode}`);
    return fetch(`http://127.0.0.1:${port}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
  });
  return { service, lost };
}

async function expectToGoOn({ service, lost }: Awaited<ReturnType<typeof startChattyService>>): Promise<void> {
  await waitUntil('lines to be lost', async () => (await lost()) > 500);
  const before = await lost();
  await waitUntil('more lines to be lost', async () => (await lost()) > before + 500);
  service.kill('SIGTERM');
  const [code] = (await once(service, 'exit')) as [number | null];
  expect(code).toBe(0);
}

describe('a service whose log cannot be written', () => {
  test('works, counts and stops in order when the disk is full', async () => {
    const full = openSync('/dev/full', 'w');
    await expectToGoOn(await startChattyService(['ignore', full, full]));
    closeSync(full);
  });

  test('works, counts and stops in order when nobody reads the other end of its pipe', async () => {
    await expectToGoOn(await startChattyService(['ignore', 'pipe', 'pipe']));
  });

  test('works, counts and stops in order when the other end of its pipe is closed', async () => {
    const chatty = await startChattyService(['ignore', 'pipe', 'pipe']);
    chatty.service.stdout?.destroy();
    chatty.service.stderr?.destroy();
    await expectToGoOn(chatty);
  });
});
