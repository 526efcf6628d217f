import type { Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { paceParsing } from './paced-parsing.js';

const LINES = Buffer.from('* OK x\r\n'.repeat(8 * 1024));

/** A client that is not connected, whose parser is fed by hand; counts the lines that it has parsed. */
function client(owner: string) {
  const flow = new ImapFlow({ host: '127.0.0.1', port: 9, secure: false, auth: { user: 'u' }, logger: false });
  paceParsing(flow, owner, () => undefined);
  const { streamer } = flow as unknown as { readonly streamer: Transform };
  const parsed = { lines: 0 };
  streamer.on('readable', () => {
    for (let line = read(streamer); line !== null; line = read(streamer)) {
      parsed.lines++;
      line.next();
    }
  });
  return { parsed, feed: (bytes: Buffer) => streamer.write(bytes) };
}

function read(streamer: Transform): { next: () => void } | null {
  return streamer.read() as { next: () => void } | null;
}

it('parses what many servers send a slice at a time, and has a turn for everything else between two', async () => {
  const flooded = Array.from({ length: 10 }, () => client('org_flooded'));
  const other = client('org_other');
  for (const { feed } of flooded) feed(LINES);
  other.feed(Buffer.from('* OK x\r\n'));
  let turns = 0;
  let turnsOfOther = 0;
  while (flooded.some(({ parsed }) => parsed.lines < 8 * 1024)) {
    await turn();
    turns++;
    if (other.parsed.lines === 0) turnsOfOther++;
  }
  // 64 KiB are four slices.
  expect(turns).toBeGreaterThanOrEqual(10 * 4);
  expect(turnsOfOther).toBeLessThan(10);
  expect(flooded.map(({ parsed }) => parsed.lines)).toEqual(Array(10).fill(8 * 1024));
});
