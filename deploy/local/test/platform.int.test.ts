import { appendFileSync, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { anyFreePort } from '../src/ports.mjs';
import { identityOf, isRunning } from '../src/processes/identity.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import type { Endpoints } from '../src/platform/endpoints.mjs';
import { endpointsFile, endpointsOf, environment, environmentOf, folder, run, start, up } from './platform.fixture.js';

test('everything comes up, reports where it is, restarts what is killed, and stops in order', async () => {
  const env = environment('whole');
  const started = start(env);
  const endpoints = await up(started, 'whole');
  expect(statSync(endpointsFile('whole')).mode & 0o777).toBe(0o600);
  expect(started.output()).toContain(endpoints.api_url);
  expect(started.output()).toContain(endpoints.token);
  expect(started.output()).toContain('127.0.0.1,localhost,::1');
  expect((await fetch(endpoints.api_url)).status).toBe(200);
  expect(JSON.parse(run('status', env).stdout)).toMatchObject({
    state: 'up',
    rows: expect.arrayContaining([expect.objectContaining({ name: 'gateway', healthy: true })]) as object,
  });

  const again = run('start', env);
  expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('already up')]);
  expect(run('reset', env, '--yes').status).toBe(1);

  expect(started.output()).toContain(endpoints.mail?.web_url);
  expect(started.output()).toContain(endpoints.mail?.smtp_url);
  expect(started.output()).toContain('to any address at millrace.local');
  const pidsOf = ({ services, servers, mail }: Endpoints) => [
    services.executor?.pid,
    servers.nats.pid,
    servers.mongodb.pid,
    mail?.pid,
    mail?.imap?.pid,
  ];
  const victims = pidsOf(endpoints).filter((pid) => typeof pid === 'number');
  expect(victims.length).toBeGreaterThan(2);
  for (const pid of victims) process.kill(pid, 'SIGKILL');
  const healed = () => {
    return pidsOf(endpointsOf('whole')).every((pid) => typeof pid === 'number' && !victims.includes(pid));
  };
  expect(await waitUntil(healed, { timeoutMs: 20_000, everyMs: 50 })).toBe(true);
  expect(run('status', env).status).toBe(0);
  const log = join(folder, 'whole', 'logs', 'executor.log');
  appendFileSync(log, 'x'.repeat(11 * 1024 ** 2));
  const isAside = () => existsSync(`${log}.1`) && statSync(log).size < 1024 ** 2;
  expect(await waitUntil(isAside, { timeoutMs: 30_000, everyMs: 50 })).toBe(true);

  const survivors = [
    endpointsOf('whole').mail ?? { pid: null },
    endpointsOf('whole').mail?.imap ?? { pid: null },
    ...Object.values(endpointsOf('whole').services),
    ...Object.values(endpointsOf('whole').servers),
  ].map(({ pid }) => identityOf(pid as number));
  const down = run('down', env);
  expect([down.status, await started.ended]).toEqual([0, 0]);
  expect(survivors.filter((identity) => isRunning(identity))).toEqual([]);
  expect(existsSync(join(folder, 'whole', 'data', 'mail'))).toBe(true);
  expect(existsSync(endpointsFile('whole'))).toBe(false);
  expect(run('status', env).status).toBe(3);
  expect(run('reset', env).status).toBe(1); // nobody to ask
  expect(run('reset', env, '--yes').status).toBe(0);
  expect(existsSync(join(folder, 'whole', 'data'))).toBe(false);
});

test('addresses and token stay the same over a restart, and two homes run side by side', async () => {
  const first = start(environment('left'));
  const left = await up(first, 'left');
  const second = start(environment('right'));
  const right = await up(second, 'right');
  expect(new Set([left.api_url, right.api_url, left.servers.nats.url, right.servers.nats.url]).size).toBe(4);
  expect(right.token).not.toBe(left.token);
  first.process.kill('SIGTERM');
  await first.ended;
  const third = start(environment('left'));
  const again = await up(third, 'left');
  for (const started of [second, third]) started.process.kill('SIGINT');
  await Promise.all([second.ended, third.ended]);
  expect([again.api_url, again.token, again.servers.mongodb.url]).toEqual([
    left.api_url,
    left.token,
    left.servers.mongodb.url,
  ]);
});

test('e-mail goes to the mail house, unless a mail server is set', async () => {
  const first = start(environment('house'));
  const { mail, services } = await up(first, 'house');
  expect((await fetch(`${mail?.web_url}/messages`)).status).toBe(200);
  const ours = environmentOf(services.executor?.pid as number);
  expect(ours).toMatchObject({
    MILLRACE_SMTP_URL: mail?.smtp_url,
    MILLRACE_MAIL_FROM: expect.stringContaining('@') as string,
  });
  first.process.kill('SIGTERM');
  await first.ended;

  const second = start(environment('house', { MILLRACE_SMTP_URL: 'smtps://mail.example.com' }));
  const without = await up(second, 'house');
  const theirs = environmentOf(without.services.executor?.pid as number);
  second.process.kill('SIGTERM');
  await second.ended;
  // Without an address, of which the executor says that it is missing.
  expect([without.mail, theirs.MILLRACE_SMTP_URL, theirs.MILLRACE_MAIL_FROM]).toEqual([
    undefined,
    'smtps://mail.example.com',
    undefined,
  ]);
});

test('after kill -9 of the supervisor all its processes are gone, and the next start works', async () => {
  const env = environment('crashed');
  const started = start(env);
  const endpoints = await up(started, 'crashed');
  const all = [...Object.values(endpoints.services), ...Object.values(endpoints.servers)].map(({ pid }) =>
    identityOf(pid as number),
  );
  started.process.kill('SIGKILL');
  await started.ended;
  expect(await waitUntil(() => all.every((identity) => !isRunning(identity)), { timeoutMs: 5_000 })).toBe(true);
  expect(run('status', env).status).toBe(3);
  const next = start(env);
  await up(next, 'crashed');
  next.process.kill('SIGTERM');
  expect(await next.ended).toBe(0);
});

test('a service that refuses its configuration ends the start with its own words, and nothing is left running', async () => {
  const env = environment('refused', { FAIL_SERVICE: 'executor' });
  const started = start(env);
  expect(await started.ended).toBe(1);
  expect(started.output()).toContain('The service executor ended at once (exit code 1)');
  expect(started.output()).toContain('MILLRACE_THING must be a number');
  expect(run('status', env).status).toBe(3);
});

test('a service that is not built, and a taken MILLRACE_PORT, are refused before anything runs', async () => {
  const port = await anyFreePort();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  const started = start(environment('taken', { MILLRACE_PORT: String(port) }));
  expect(await started.ended).toBe(1);
  holder.close();
  expect(started.output()).toMatch(new RegExp(`Port ${port} \\(MILLRACE_PORT\\) is taken by .*pid ${process.pid}`));

  const empty = start({ ...environment('unbuilt'), TEST_REPO: join(folder, 'unbuilt-repo') });
  expect(await empty.ended).toBe(1);
  expect(existsSync(join(folder, 'unbuilt', 'data', 'nats'))).toBe(false);
});
