import { CreateToken, TokenSnapshot, tokenEndpoints } from '@millrace/contracts';
import { connectBus, HEADERS, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { startGateway, TOKEN, type Answer, type GatewaySettings, type RunningGateway } from './gateway.fixture.js';

/** A question as the server delivers it. */
type Question = Parameters<NonNullable<NonNullable<Parameters<NatsBus['connection']['subscribe']>[1]>['callback']>>[1];

/** In which a write holds its key: longer than any of these tests, where it is not what the test is about. */
const LEASE_MS = 600_000;
export const CREATED = { ...tokenEndpoints.create.answer.example, token: 'mr_shown_once_and_never_again' };
export const OTHER_TOKEN = 'another-token-of-organisation-a';
/** What `makeToken` sends. */
export const BODY = JSON.stringify({ name: 'CI', scopes: ['workflows:read'] });

/** A gateway, and in the place of `definitions`, which is another process, what replies to its questions. */
export class KeyedCalls {
  /** How many questions were asked. */
  asked = 0;
  /** The writes that they were part of. */
  readonly writes: string[] = [];
  readonly #subscriptions: { unsubscribe(): void }[] = [];

  private constructor(
    readonly gateway: RunningGateway,
    readonly owner: NatsBus,
  ) {}

  static async begin(settings: GatewaySettings = {}): Promise<KeyedCalls> {
    const gateway = await startGateway({ apiPerHour: 10_000, writeLeaseMs: LEASE_MS, ...settings });
    const owner = await connectBus({ url: gateway.natsUrl, name: 'owner', logger: silentLogger });
    const value = { token_id: 'tok_2', organisation_id: 'org_a', scopes: ['*'] };
    await gateway.bus.snapshots.put(TokenSnapshot, { token_hash: tokenHash(OTHER_TOKEN) }, value);
    return new KeyedCalls(gateway, owner);
  }

  /** As at the beginning for the next test: nobody replies, and no key has been used. */
  async forget(): Promise<void> {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    await this.owner.connection.request('$JS.API.STREAM.PURGE.KV_idempotency');
    this.asked = 0;
    this.writes.splice(0);
  }

  async end(): Promise<void> {
    await this.owner.close();
    await this.gateway.stop();
  }

  async onQuestion({ subject }: { subject: string }, reply: (question: Question) => unknown): Promise<void> {
    const subscription = this.owner.connection.subscribe(subject, {
      callback: (_, message) => {
        this.asked += 1;
        this.writes.push(message.headers?.get(HEADERS.keyedWrite) ?? '');
        reply(message);
      },
    });
    this.#subscriptions.push(subscription);
    await this.owner.connection.flush();
  }

  answerWith(request: { subject: string }, answer: unknown): Promise<void> {
    return this.onQuestion(request, (message) => message.respond(JSON.stringify(answer)));
  }

  /** Sends a creation whose owner responds when it is released. */
  async hold(): Promise<{ first: Promise<Answer>; reply: () => void }> {
    let reply: (() => void) | undefined;
    await this.onQuestion(CreateToken, (message) => (reply = () => message.respond(JSON.stringify(CREATED))));
    const first = this.makeToken('key-1');
    await waitUntil('the question', () => reply !== undefined);
    return { first, reply: () => reply?.() };
  }

  makeToken(key: string, { name = 'CI', token = TOKEN } = {}): Promise<Answer> {
    return this.gateway.call('POST', '/v1/tokens', {
      body: JSON.stringify({ name, scopes: ['workflows:read'] }),
      headers: { 'idempotency-key': key },
      token,
    });
  }

  /** When the write of the record that was written last was confirmed. */
  async begunAt(): Promise<string> {
    return (JSON.parse(await this.stored()) as { begun_at: string }).begun_at;
  }

  /** The record that was written last. */
  async stored(): Promise<string> {
    const reply = await this.owner.connection.request(
      '$JS.API.STREAM.MSG.GET.KV_idempotency',
      JSON.stringify({ last_by_subj: '$KV.idempotency.>' }),
    );
    return Buffer.from(reply.json<{ message: { data: string } }>().message.data, 'base64').toString('latin1');
  }
}

export const replayed = ({ headers }: Answer): boolean => headers.get('idempotency-replayed') === 'true';
export const codeOf = ({ body }: Answer): string | undefined => body.error?.code;
