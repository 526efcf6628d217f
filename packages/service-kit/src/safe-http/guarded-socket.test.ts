import { INNER_HOSTS, INNER_ONLY_IN_URLS, InnerListener } from '@millrace/testing';
import { AllowList } from './allow-list.js';
import { guardedSocket } from './guarded-socket.js';
import type { ResolveAll } from './resolve-host.js';

let listener: InnerListener;
beforeEach(async () => {
  listener = await InnerListener.start();
});
afterEach(() => listener.stop());

const open = (host: string, allowed = '', resolve?: ResolveAll, port = listener.port) =>
  guardedSocket({ host, port, allowed: AllowList.parse(allowed), owner: '', timeoutMs: 5_000, resolve });

/** The code of the failure, or `connected`. */
async function codeOf(work: ReturnType<typeof open>): Promise<string> {
  return work.then(
    (socket) => (socket.destroy(), 'connected'),
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
}

it.each(INNER_HOSTS)('does not lead to %s', async (host) => {
  const code = await codeOf(open(host));
  if (INNER_ONLY_IN_URLS.has(host))
    expect(code).toMatch(/^(HTTP_ADDRESS_BLOCKED|ENOTFOUND|EBADNAME|ECONNREFUSED|ETIMEDOUT)$/);
  else expect(code).toBe('HTTP_ADDRESS_BLOCKED');
  expect(listener.hits).toBe(0);
});

it('leads to no host of which any address is not public', async () => {
  const found = ['93.184.215.14', '127.0.0.1'].map((address) => ({ address, family: 4 }));
  expect(await codeOf(open('name.example', '', (_, callback) => callback(null, found)))).toBe('HTTP_ADDRESS_BLOCKED');
  expect(listener.hits).toBe(0);
});

it('looks a name up once: what was checked is what is connected to', async () => {
  let asked = 0;
  const rebinding: ResolveAll = (_, callback) =>
    callback(null, [{ address: asked++ === 0 ? '127.0.0.9' : '127.0.0.1', family: 4 }]);
  const socket = await open('name.example', '127.0.0.9', rebinding);
  expect(socket.remoteAddress).toBe('127.0.0.9');
  socket.destroy();
  expect(await codeOf(open('name.example', '127.0.0.9', rebinding))).toBe('HTTP_ADDRESS_BLOCKED');
});

it('is none where a connection leads elsewhere than the address that may be called', async () => {
  // This machine itself, which the kernel connects as 127.0.0.1.
  expect(await codeOf(open('0.0.0.0', '0.0.0.0'))).toBe('HTTP_ADDRESS_BLOCKED');
});

it('says why there is none', async () => {
  const { port } = listener;
  await listener.stop();
  expect(await codeOf(open('127.0.0.1', '127.0.0.1', undefined, port))).toBe('ECONNREFUSED');
  listener = await InnerListener.start();
});
