import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pauseProcess, startNats } from '@millrace/testing';

const program = join(__dirname, '..', 'dist', 'main.js');

test('the doctor comes to an end at a server that takes connections and says nothing, and names it', async () => {
  const nats = await startNats();
  const { port } = new URL(nats.url);
  await pauseProcess(nats.pid);
  const env = {
    PATH: process.env['PATH'],
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_NATS_URLS: JSON.stringify({ gateway: nats.url, executor: nats.url }),
    MILLRACE_REDIS_URL: `redis://127.0.0.1:${port}`,
    MILLRACE_MONGODB_URL: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    MILLRACE_HEALTH_URLS: JSON.stringify({ gateway: `http://127.0.0.1:${port}` }),
  };
  const doctor = spawn(process.execPath, [program, 'doctor', '--json'], { env });
  let printed = '';
  doctor.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(doctor, 'exit')) as [number];
  process.kill(nats.pid, 'SIGCONT');
  await nats.stop();
  expect(code).toBe(1);
  const { findings } = JSON.parse(printed) as { findings: { check: string; status: string }[] };
  const failed = findings.filter(({ status }) => status === 'failed').map(({ check }) => check);
  for (const server of ['nats', 'redis', 'mongodb']) expect(failed).toContain(server);
}, 300_000);

test('the program ends quietly when nobody reads on', () => {
  // The reader has ended, and its end of the pipe with it, before there is anything to read.
  const command = `exec 3> >(true); sleep 0.5; "${process.execPath}" "${program}" help 2>&1 >/dev/fd/3 | cat`;
  const printed = execFileSync('bash', ['-c', command], { encoding: 'utf8' });
  expect(printed).toBe('');
});
