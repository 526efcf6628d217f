import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { anyFreePort } from '@millrace/local/ports';
import { waitUntil } from '@millrace/testing';
import { temporaryFolder } from './temporary-folder.js';

interface House {
  readonly program: ChildProcess;
  readonly smtpPort: number;
  readonly url: string;
}

interface Listed {
  readonly id: string;
  readonly to: string[];
}

const folder = temporaryFolder();
const houses: House[] = [];
afterAll(() => houses.forEach(({ program }) => program.kill('SIGKILL')));

/** Where mail to its own domain is kept once more. */
const localOf = (maildir: string): string => `${maildir}-local`;

async function start(maildir: string): Promise<House> {
  const [smtpPort, webPort] = [await anyFreePort(), await anyFreePort()];
  const entry = join(__dirname, '../dist/mail-house/server.js');
  const local = ['house.test', localOf(maildir)];
  const program = spawn(process.execPath, [entry, String(smtpPort), String(webPort), maildir, ...local], {
    stdio: 'ignore',
  });
  const house = { program, smtpPort, url: `http://127.0.0.1:${webPort}` };
  houses.push(house);
  await waitUntil('the mail house is ready', async () => (await fetch(`${house.url}/health/ready`)).ok);
  return house;
}

function send({ smtpPort }: House, mail: SendMailOptions): Promise<{ response: string }> {
  const transport = createTransport({ host: '127.0.0.1', port: smtpPort, ignoreTLS: true });
  return transport
    .sendMail({ from: 'Shop <shop@example.com>', text: 'text', ...mail })
    .finally(() => transport.close());
}

async function get(house: House, path: string): Promise<{ status: number; headers: Headers; body: string }> {
  const answer = await fetch(house.url + path);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

async function json<Body>(house: House, path: string): Promise<Body> {
  return JSON.parse((await get(house, path)).body) as Body;
}

const list = async (house: House, query = '') =>
  (await json<{ messages: Listed[] }>(house, `/messages${query}`)).messages;

async function newestFor(house: House, address: string): Promise<string> {
  const [newest] = await list(house, `?to=${address}`);
  if (newest === undefined) throw new Error(`There is no message for ${address}`);
  return newest.id;
}

/** A request with headers that `fetch` does not let one choose. */
async function statusWith(house: House, headers: Record<string, string>, method = 'GET'): Promise<number | undefined> {
  const sent = request(`${house.url}/messages`, { headers, method }).end();
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('the mail house', () => {
  let house: House;
  beforeAll(async () => {
    house = await start(join(folder, 'shared'));
  });

  it('takes an e-mail for every recipient and shows what it says', async () => {
    await send(house, {
      to: 'Ada <ada@example.com>',
      bcc: 'hidden@elsewhere.example',
      subject: 'Grüße €',
      text: 'Hallo & <b>',
      html: '<p>Hallo</p>',
      attachments: [{ filename: 'a.txt', content: 'abc' }],
    });
    const id = await newestFor(house, 'hidden@elsewhere.example');
    expect(await json(house, `/messages/${id}`)).toMatchObject({
      from: '"Shop" <shop@example.com>',
      to: ['ada@example.com', 'hidden@elsewhere.example'],
      subject: 'Grüße €',
      text: 'Hallo & <b>',
      html: '<p>Hallo</p>',
      attachments: [{ name: 'a.txt', type: 'text/plain', bytes: 3 }],
      headers: expect.arrayContaining([{ name: 'To', value: 'Ada <ada@example.com>' }]) as unknown,
      problem: null,
    });
    expect((await get(house, `/messages/${id}/raw`)).body).toMatch(
      /^Return-Path: <shop@example\.com>\r\nDelivered-To: /,
    );
    expect((await get(house, '/')).body).toContain(`<a href="/mail/${id}">Grüße €</a>`);
    expect((await get(house, `/mail/${id}`)).body).toContain('Hallo &amp; &lt;b&gt;');
  });

  it('keeps what is for its own domain once more, and nothing else', async () => {
    const folderOf = join(localOf(join(folder, 'shared')), 'new');
    await send(house, { to: 'ada@example.com', text: 'to house.test' });
    expect(readdirSync(folderOf)).toEqual([]);
    await send(house, { to: 'ada@example.com', bcc: 'Desk@House.test' });
    const [kept, ...more] = await list(house, '?to=desk@house.test');
    expect([readdirSync(folderOf), more]).toEqual([[expect.stringContaining(kept?.id ?? '?')], []]);
    await send(house, { to: 'x@nothouse.test' });
    expect(readdirSync(folderOf)).toHaveLength(1);
  });

  it('says who gets an e-mail by its envelope, whatever the sender writes above it', async () => {
    const raw = 'Delivered-To: forged@example.com\r\nReceived: by forger\r\nSubject: forged\r\n\r\ntext';
    await send(house, { envelope: { from: 'a@example.com', to: 'true@example.com' }, raw });
    expect((await list(house, '?to=TRUE@example.com')).map(({ to }) => to)).toEqual([['true@example.com']]);
    expect(await list(house, '?to=forged@example.com')).toEqual([]);
  });

  it('lets nothing that a sender wrote run, load or leave the frame', async () => {
    const evil = '<script>top.location="https://evil.example"</script>';
    await send(house, {
      to: 'evil@example.com',
      subject: evil,
      text: evil,
      html: `${evil}<img src="https://evil.example/">`,
    });
    const id = await newestFor(house, 'evil@example.com');
    for (const path of ['/', `/mail/${id}`]) {
      const { body, headers } = await get(house, path);
      expect(body).not.toContain('<script');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    }
    expect((await get(house, `/mail/${id}`)).body).toMatch(
      /<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"/,
    );
    for (const path of [`/mail/${id}/html`, `/messages/${id}/raw`]) {
      const { headers } = await get(house, path);
      const policy = headers.get('content-security-policy');
      expect(policy).toMatch(
        /^default-src 'none'; .*img-src data:; .*; sandbox allow-popups allow-popups-to-escape-sandbox$/,
      );
      expect(policy).not.toContain('script-src');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('is read by this machine alone: not under a name of others, not by pages of others, and only read', async () => {
    const port = new URL(house.url).port;
    expect(await statusWith(house, { host: `localhost:${port}` })).toBe(200);
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example'])
      expect([host, await statusWith(house, { host })]).toEqual([host, 421]);
    const fetched = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
    for (const site of ['cross-site', 'same-site'])
      expect([site, await statusWith(house, { ...fetched, 'sec-fetch-site': site })]).toEqual([site, 403]);
    const framed = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' };
    expect(await statusWith(house, framed)).toBe(403);
    expect(await statusWith(house, { ...framed, 'sec-fetch-dest': 'document' })).toBe(200);
    expect(await statusWith(house, {}, 'POST')).toBe(405);
    const { headers } = await get(house, '/messages');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('finds no message by a path of the disk', async () => {
    for (const id of ['..%2f..%2fsecrets', '%2e%2e%2ftmp', 'unknown', '1795706400.M113000P4711Q000001.millrace'])
      expect([id, (await get(house, `/messages/${id}`)).status]).toEqual([id, 404]);
  });

  it('keeps nothing of an e-mail whose connection ends before it does', async () => {
    const before = (await list(house)).length;
    const socket = connect(house.smtpPort, '127.0.0.1');
    for (const line of ['EHLO test', 'MAIL FROM:<a@example.com>', 'RCPT TO:<cut@example.com>', 'DATA']) {
      await once(socket, 'data');
      socket.write(`${line}\r\n`);
    }
    await once(socket, 'data');
    socket.write('Subject: cut\r\n\r\nhalf of i');
    const drafts = () => readdirSync(join(folder, 'shared', 'tmp')).length;
    await waitUntil('a draft is there', () => drafts() === 1);
    socket.destroy();
    await waitUntil('the draft is gone', () => drafts() === 0);
    expect(await list(house)).toHaveLength(before);
  });

  it('refuses an e-mail that is too large, and takes the next one', async () => {
    const large = 'a'.repeat(26_214_401);
    await expect(send(house, { to: 'large@example.com', raw: undefined, text: large })).rejects.toMatchObject({
      responseCode: 552,
    });
    await send(house, { to: 'small@example.com' });
    expect([await list(house, '?to=large@example.com'), (await list(house, '?to=small@example.com')).length]).toEqual([
      [],
      1,
    ]);
  });
});

it('has what it took after a kill, also what a mail reader has marked as read', async () => {
  const maildir = join(folder, 'killed');
  const first = await start(maildir);
  for (const to of ['one@example.com', 'two@example.com']) await send(first, { to });
  first.program.kill('SIGKILL');
  await once(first.program, 'exit');
  const [name = ''] = readdirSync(join(maildir, 'new'));
  renameSync(join(maildir, 'new', name), join(maildir, 'cur', `${name}:2,S`));
  mkdirSync(join(maildir, 'new', 'no-message'));

  const second = await start(maildir);
  expect((await list(second)).map(({ to }) => to)).toEqual([['two@example.com'], ['one@example.com']]);
  const exited = once(second.program, 'exit');
  second.program.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
