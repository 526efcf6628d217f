import { STORED_PREFIX, type MessageDefinition } from '@millrace/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { BATCH_BYTES, lastStored, readBatch, sequenceOf } from './direct-get.js';
import type { Logger } from './logger.js';
import type { ReplyMux } from './reply-mux.js';
import type { StoredMessage, SubjectReader } from './subject-reader.js';
import { isUnreadable } from './unreadable.js';
import { headerOf, SERVER_HEADERS } from './wire.js';

/** What is needed of a definition to read its messages. */
type Readable<Address> = Pick<MessageDefinition<never, Address>, 'name' | 'stream' | 'subject'> & {
  readonly schema: MessageDefinition<unknown, Address>['schema'];
};

/** Who follows what is stored at an address. */
export interface Follower {
  /** Called with the sequence of each message that has been stored there. */
  readonly stored: (sequence: number) => void;
  /** Called when the connection is back: what was stored meanwhile has not been announced. */
  readonly missed: () => void;
}

/** From where on messages are read, and how many at once. */
export interface AmongOptions {
  readonly sequence: number;
  readonly limit: number;
  /** About how many bytes are asked for at once; the last message may add to that. */
  readonly bytesAtOnce?: number;
}

/** A subject that is followed: one subscription for all who follow it here. */
interface Followed {
  readonly subscription: Subscription;
  readonly followers: Set<Follower>;
}

/** Messages of several definitions that were read together, and where to go on. */
export interface ReadAmong {
  /** `name` is that of the definition. */
  readonly messages: readonly (StoredMessage<unknown> & { readonly name: string })[];
  readonly next: number;
  /** Whether there is more. */
  readonly left: boolean;
}

/**
 * Follows subjects as they grow, without a consumer: the server announces what it has stored, and only where; who follows reads that by direct
 * get. Core NATS loses announcements, so reads go by sequences and the announcements say only when to read.
 */
export class FollowedSubjects {
  readonly #followed = new Map<string, Followed>();

  constructor(
    private readonly connection: NatsConnection,
    private readonly replies: ReplyMux,
    private readonly reader: SubjectReader,
    private readonly onReconnect: (missed: () => void) => () => void,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Reports each message that is stored at an address from now on, in streams that announce that. Who must miss none reads the subject
   * after `missed`, and from time to time. Resolves when it has begun, with the function that ends it. Throws AppError('SERVICE_UNAVAILABLE').
   */
  async follow<P, A>(message: MessageDefinition<P, A>, address: A, { stored, missed }: Follower): Promise<() => void> {
    const subject = await this.reader.subjectOf(message, address);
    const followed = this.#followed.get(subject) ?? this.#subscribe(subject);
    const follower = { stored, missed };
    followed.followers.add(follower);
    const endMissed = this.onReconnect(missed);
    const end = () => {
      endMissed();
      if (!followed.followers.delete(follower) || followed.followers.size > 0) return;
      followed.subscription.unsubscribe();
      this.#forget(subject, followed);
    };
    try {
      await this.connection.flush();
    } catch (error) {
      end();
      throw error;
    }
    return end;
  }

  #subscribe(subject: string): Followed {
    const followers = new Set<Follower>();
    const subscription = this.connection.subscribe(`${STORED_PREFIX}.${subject}`, {
      callback: (error, announced) => {
        // A refusal of the subscription comes here too; the connection reports it. Who follows next tries again.
        if (error) return this.#forget(subject, followed);
        const sequence = headerOf(announced, SERVER_HEADERS.sequence);
        if (sequence !== undefined) for (const { stored } of followers) stored(Number(sequence));
      },
    });
    const followed = { subscription, followers };
    this.#followed.set(subject, followed);
    return followed;
  }

  #forget(subject: string, followed: Followed): void {
    if (this.#followed.get(subject) === followed) this.#followed.delete(subject);
  }

  /**
   * Up to `limit` stored messages of an address from a sequence on, whichever of these definitions they are of, in the order of their one stream;
   * those of other definitions are passed over, and those that will never be readable. Throws AppError('SERVICE_UNAVAILABLE').
   */
  async readAmong<A>(
    messages: readonly Readable<A>[],
    address: A,
    { sequence, limit, bytesAtOnce = BATCH_BYTES }: AmongOptions,
  ): Promise<ReadAmong> {
    const bySubject = new Map(messages.map((message) => [message.subject(address), message]));
    const batch = await readBatch(this.replies, messages[0]?.stream ?? '', {
      seq: sequence,
      // One read of all of them, or what is stored between two would be passed over.
      next_by_subj: commonSubject([...bySubject.keys()]),
      batch: limit,
      max_bytes: bytesAtOnce,
    });
    const found: (StoredMessage<unknown> & { readonly name: string })[] = [];
    for (const stored of batch.messages) {
      const message = bySubject.get(headerOf(stored, SERVER_HEADERS.subject) ?? '');
      const opened = message && (await this.#opened(message, stored));
      if (opened) found.push({ name: message.name, ...opened });
    }
    const last = batch.messages.at(-1);
    if (last === undefined) return { messages: [], next: sequence, left: false };
    return { messages: found, next: sequenceOf(last) + 1, left: batch.left > 0 };
  }

  /** Undefined for what will never be readable: one such message is not to keep others from being announced. */
  async #opened<A>(message: Readable<A>, stored: Msg): Promise<StoredMessage<unknown> | undefined> {
    try {
      return await this.reader.open(message, stored);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const place = { message: message.name, sequence: sequenceOf(stored) };
      this.logger.warn({ ...place, reason: String(error) }, 'A message that is not readable is passed over');
      return undefined;
    }
  }

  /** The sequence of the last message that a stream without shards has stored. Throws AppError('SERVICE_UNAVAILABLE'). */
  lastStored({ stream }: { readonly stream: string }): Promise<number> {
    return lastStored(this.replies, stream);
  }
}

/** The subject, with `*` for the tokens in which these differ. */
function commonSubject(subjects: readonly string[]): string {
  const [first = [], ...others] = subjects.map((subject) => subject.split('.'));
  return first.map((token, at) => (others.every((other) => other[at] === token) ? token : '*')).join('.');
}
