import type { NoticeDefinition } from '@millrace/contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import { knownToServer } from './known-to-server.js';
import type { PayloadStore } from './payload-store.js';
import { isAsked } from './questions.js';
import { encodeJson, HEADERS, newHeaders } from './wire.js';

/** Who gets notices. */
export interface NoticeListener<Payload> {
  /** Gets those on this subject alone. */
  readonly subject?: string;
  /** Gets only what somebody has sent as a question, and nothing that comes out of a stream on its subject. */
  readonly asked?: true;
  /** Waits for a connection that is lost, as long as that takes: for what is heard from the start of a process on. Otherwise it rejects then. */
  readonly patient?: true;
  /** Called with the subject of each. `open` gets its payload and rejects when that cannot be had; who is not concerned leaves it closed. */
  readonly heard: (subject: string, open: () => Promise<Payload>) => void;
}

/** Sends to whoever listens. Resolves when it is on its way; throws AppError STORAGE_FULL, SERVICE_UNAVAILABLE for one too large for a message. */
export async function tell<P, A>(
  connection: NatsConnection,
  payloads: PayloadStore,
  notice: NoticeDefinition<P, A>,
  payload: P,
): Promise<void> {
  const parcel = await payloads.pack(encodeJson(payload));
  const headers = newHeaders();
  if (parcel.objectName !== undefined) headers.set(HEADERS.replyObject, parcel.objectName);
  connection.publish(notice.subject(notice.addressOf(payload)), parcel.data, { headers });
}

/** Begins to receive; resolves when the server knows, with the function that ends it. */
export async function hear<P, A>(
  connection: NatsConnection,
  payloads: PayloadStore,
  notice: NoticeDefinition<P, A>,
  { heard, subject = notice.pattern, asked, patient }: NoticeListener<P>,
): Promise<() => void> {
  const subscription = connection.subscribe(subject, {
    callback: (error, message) => {
      // A refusal of the subscription comes here too; the connection reports it.
      if (error || (asked && !isAsked(message))) return;
      heard(message.subject, async () => notice.schema.parse(await payloads.open(message)));
    },
  });
  try {
    await (patient ? knownToServer(connection) : connection.flush());
  } catch (error) {
    subscription.unsubscribe();
    throw error;
  }
  return () => subscription.unsubscribe();
}
