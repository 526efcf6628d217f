import type { NatsBus } from '../nats-bus.js';
import { readLast } from '../direct-get.js';
import { ALONE_STREAM } from '../topology.js';
import { decodeJson, encodeJson } from '../wire.js';
import type { Incoming } from './incoming.js';

/** That a message is being worked on, alone in its process. A process that dies meanwhile leaves the note, and it counts as a death. */
export interface DeathNote {
  /** Processes that have died of the message before. */
  readonly deaths: number;
  /** Takes the note back. Once it is, further calls do nothing. */
  release(): Promise<void>;
}

/**
 * Writes down that work on a message begins, and only then lets it begin. A delivery count does not show a death: what is given
 * back while the database is away, or was never begun by a process that died of something else, counts there too.
 * Throws AppError('SERVICE_UNAVAILABLE' or 'STORAGE_FULL') when the note cannot be kept: then the work must wait.
 */
export async function holdDeathNote(bus: NatsBus, incoming: Incoming): Promise<DeathNote> {
  const { stream, consumer, sequence } = incoming.info;
  const subject = `alone.${stream}.${consumer}.${sequence}`;
  const write = (deaths: number) =>
    bus.publisher.send(subject, ALONE_STREAM, { data: encodeJson({ deaths }), objectName: undefined }, {});
  const last = await readLast(bus.replies, ALONE_STREAM, subject);
  // Written by this file.
  const deaths = last === null ? 0 : (decodeJson(last.data) as { deaths: number }).deaths;
  await write(deaths + 1);
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    try {
      await write(deaths);
    } catch (error) {
      bus.internals.logger.warn(
        { subject, reason: String(error) },
        'A note about a message that is worked on alone could not be taken back; it counts as a death',
      );
    }
  };
  return { deaths, release: () => (released ??= release()) };
}
