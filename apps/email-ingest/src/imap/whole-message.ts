import type { ImapFlow } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { ImapFailure } from './imap-failure.error.js';

/** What the client calls a download of which the server sends no more pieces, or those of another message. */
const INCOMPLETE = 'DownloadIncomplete';

/**
 * A whole message of the open folder, as far as the server sends it; undefined where it sends nothing, or stops in the midst. Rejects with a failure of
 * kind `message` when it sends more than the `size` by which it announced the message and what servers are wrong by, and with the client's errors.
 */
export async function wholeMessage(client: ImapFlow, uid: number, size: number): Promise<Buffer | undefined> {
  try {
    return await download(client, uid, size);
  } catch (error) {
    if ((error as { code?: unknown }).code === INCOMPLETE) return undefined;
    throw error;
  }
}

async function download(client: ImapFlow, uid: number, size: number): Promise<Buffer | undefined> {
  const options = { uid: true, chunkSize: MAIL_LIMITS.pieceBytes, maxBytes: MAIL_LIMITS.messageBytes };
  const { content } = await client.download(String(uid), undefined, options);
  if (content === undefined) return undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > size + MAIL_LIMITS.pieceBytes)
      throw new ImapFailure(`The mail server announced a message of ${size} bytes and sends more`, 'message');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
