import type { CallFiles } from '../files/execution-files.js';
import { contentOfBody, type RenderedPart } from './request-content.js';

const files: CallFiles = {
  write: () => Promise.reject(new Error('Nothing is written here')),
  open: () =>
    Promise.resolve({
      ...{ id: 'file_1', name: 'a.txt', type: 'text/plain', size: 1, sha256: '' },
      read: async function* () {
        yield await Promise.resolve(Buffer.from('x'));
      },
    }),
};

/** What is sent, and what a service makes of it. */
async function sent(parts: readonly Partial<RenderedPart>[], key = 'exec_1:call') {
  const whole = parts.map((part) => ({ name: 'a', filename: undefined, contentType: undefined, ...part }));
  const { body, type } = await contentOfBody({ kind: 'multipart', parts: whole }, files, key);
  if (typeof body === 'string' || body instanceof Uint8Array) throw new Error('It is not sent as it comes');
  const pieces: Uint8Array[] = [];
  for await (const piece of body.open()) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  expect(bytes).toHaveLength(body.length);
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  return { bytes, form };
}

describe('a part of a multipart body', () => {
  const LINES = [
    '"\r\nContent-Type: text/html\r\n\r\nb',
    '\r\nX-Evil: 1',
    '\nX-Evil: 1',
    '\rX-Evil: 1',
    '"; filename="b',
  ];

  it.each(LINES)('has the name that was given, and no header by it: %j', async (vector) => {
    const { bytes, form } = await sent([
      { name: `a${vector}`, value: 'v' },
      { name: 'next', value: 'w' },
    ]);
    expect([...form.keys()]).toHaveLength(2);
    expect([...form.values()]).toEqual(['v', 'w']);
    expect(bytes.toString()).not.toMatch(/^(X-Evil|Content-Type)/im);
  });

  it.each(LINES)('has no header by the name of its file, nor by its type: %j', async (vector) => {
    const { bytes, form } = await sent([{ file: {}, filename: `b${vector}`, contentType: `text/html${vector}` }]);
    expect([...form.keys()]).toEqual(['a']);
    const [file] = form.getAll('a') as File[];
    expect([file?.type, await file?.text()]).toEqual(['application/octet-stream', 'x']);
    expect(bytes.toString()).not.toMatch(/^(X-Evil|Content-Type: text)/im);
  });

  it('cannot end the body: who writes it does not know the boundary', async () => {
    const { bytes } = await sent([{ value: 'v' }]);
    const boundary = /^--(\S+)/.exec(bytes.toString())?.[1] ?? '';
    expect(boundary.length).toBeGreaterThan(40);
    const { bytes: other } = await sent([{ value: 'v' }], 'exec_2:call');
    expect(other.toString()).not.toContain(boundary);
    // Each attempt sends the same.
    expect((await sent([{ value: 'v' }])).bytes.equals(bytes)).toBe(true);
  });
});
