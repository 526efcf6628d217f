import zlib from 'node:zlib';
import type { Response } from 'express';
import { KeptFile } from './kept-file.js';

/** A request of a client that reads gzip or not, and what it has been sent. */
function aRequest(encoding: 'gzip' | 'identity'): { response: Response; sent: () => Buffer } {
  let content: Buffer = Buffer.alloc(0);
  const response = {
    req: { acceptsEncodings: () => encoding },
    set: () => response,
    send: (sent: Buffer) => void (content = sent),
  };
  return { response: response as unknown as Response, sent: () => content };
}

const TEXT = 'x'.repeat(10_000);

describe('KeptFile', () => {
  it('is made and compressed once, when somebody asks, for all who ask', async () => {
    const compress = jest.spyOn(zlib, 'gzip');
    let made = 0;
    const file = new KeptFile(() => `${++made}${TEXT}`, 'text/plain');
    expect(made).toBe(0);
    const requests = (['gzip', 'identity', 'gzip'] as const).map(aRequest);
    await Promise.all(requests.map(({ response }) => file.send(response)));
    const last = aRequest('identity');
    await file.send(last.response);
    expect(made).toBe(1);
    expect(compress).toHaveBeenCalledTimes(1);
    const [packed, plain] = requests.map(({ sent }) => sent());
    expect(zlib.gunzipSync(packed!).toString()).toBe(`1${TEXT}`);
    expect([plain, last.sent()].map(String)).toEqual([`1${TEXT}`, `1${TEXT}`]);
  });

  it('that cannot be made is made for whoever asks next', async () => {
    let attempts = 0;
    const file = new KeptFile(() => {
      if (++attempts === 1) throw new Error('EMFILE');
      return TEXT;
    }, 'text/plain');
    const { response, sent } = aRequest('identity');
    await expect(file.send(response)).rejects.toThrow('EMFILE');
    await file.send(response);
    expect(String(sent())).toBe(TEXT);
  });
});
