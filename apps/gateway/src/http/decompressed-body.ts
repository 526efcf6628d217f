import type { Transform } from 'node:stream';
import { LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { BodyTurn } from './body-turn.js';
import { gather, type Gathering } from './gathered-body.js';
import { senderRecords } from './sender-records.js';

/**
 * One for the process. A decoder of Brotli takes as much memory as the body's first byte says, up to 16 MiB and however few bytes the body has, which nothing
 * that counts memory knows of; and it takes a thread.
 */
const gate = new Gate(LIMITS.largeBodiesAtOnce);

/** In front of it, since many addresses may call at one organisation's expense: each waits with as many as that may have inside, so that none is behind all of another's. */
const callers = new Gate(Infinity, Math.ceil(LIMITS.largeBodiesAtOnce / 2));

/** Whose turn a compressed body waits for. */
interface Turn {
  /** Who pays for it. */
  readonly owner: string;
  /** Who sends it. */
  readonly caller: string;
  /** Called when its turn has come. */
  readonly begun: () => void;
  /** Resolves when what was decompressed may be worked on. Until then it keeps its place: few wait decompressed, which takes the memory, and the others as they came. */
  readonly arrived: () => Promise<void>;
}

/**
 * A body that has arrived whole, decompressed when it is its owner's turn: a sender who is slow keeps nobody waiting. Throws what gathering throws, and RATE_LIMIT_EXCEEDED when
 * its turn takes too long to come.
 */
export async function decompressed(
  compressed: Buffer,
  decompressor: () => Transform,
  { owner, caller, begun, arrived }: Turn,
  gathering: Gathering,
): Promise<Buffer> {
  const turn = new BodyTurn();
  const sender = `${owner} ${caller}`;
  gathering.onGiveUp((error) => turn.giveUp(error));
  const leave = await turn.enter(
    { gate: callers, owner: sender },
    { gate, owner, rank: () => senderRecords.rankOf(sender) },
  );
  let decoder: Transform | undefined;
  begun();
  try {
    decoder = decompressor();
    const gathered = gather(decoder, gathering, () => false);
    decoder.end(compressed);
    const body = await gathered;
    await arrived();
    return body;
  } finally {
    decoder?.destroy();
    leave();
  }
}
