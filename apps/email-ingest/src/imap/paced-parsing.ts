import type { Transform, TransformCallback } from 'node:stream';
import { LoopTurns } from '@millrace/messaging';
import type { ImapFlow } from 'imapflow';

/** A kilobyte of short lines takes a millisecond to parse. */
const SLICE = 16 * 1024;

/** Of all connections of the process one slice is begun in a turn of the event loop, and organisations take turns. */
const turns = new LoopTurns({ atOnce: 1 });

/**
 * Has what a server sends parsed in slices. The client itself parses all that has arrived in one go: of fifty servers that send short lines as
 * fast as they can that takes many seconds, in which no other mailbox is looked at and no deadline is noticed. `onReceived`: gets the bytes of each piece before it is parsed.
 */
export function paceParsing(client: ImapFlow, owner: string, onReceived: (bytes: number) => void): void {
  // The parser is no part of the client's types; a test against a server that floods notices if it is no longer there.
  const { streamer } = client as unknown as { readonly streamer: Transform };
  const parse = streamer._transform.bind(streamer);
  streamer._transform = (chunk: Buffer, encoding, done: TransformCallback) => {
    const next = (from: number): void => {
      if (from >= chunk.length || streamer.destroyed) return done();
      turns.begin(
        () => owner,
        () =>
          parse(chunk.subarray(from, from + SLICE), encoding, (error) => (error ? done(error) : next(from + SLICE))),
      );
    };
    onReceived(chunk.length);
    next(0);
  };
}
