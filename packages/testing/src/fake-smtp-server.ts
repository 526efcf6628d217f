import type { AddressInfo, Socket } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { waitUntil } from './wait-until.js';

/** An e-mail that the server took, or read to its end before it did something else. */
export interface FakeSmtpMessage {
  readonly from: string;
  /** Of the envelope: those who get it. */
  readonly recipients: readonly string[];
  /** As it came, headers and all. */
  readonly raw: string;
  readonly mail: ParsedMail;
  /** Names of its header fields, in their order, each as often as it is there. */
  readonly headerNames: readonly string[];
  /** User of the login, if there was one. */
  readonly user: string | undefined;
  readonly isEncrypted: boolean;
}

/** A reply other than the usual one. */
export interface SmtpReply {
  readonly status: number;
  readonly text: string;
}

/** What the server does. `drop` closes the connection, `hang` says nothing more, each in place of the reply. */
export interface FakeSmtpBehaviour {
  /** In place of the greeting. */
  readonly greeting?: SmtpReply;
  readonly recipient?: (address: string) => SmtpReply | 'drop' | undefined;
  /** When the whole message has come; `number` counts them from 1. */
  readonly message?: (number: number) => SmtpReply | 'drop' | 'hang' | undefined;
  /** To a login; by default every user with the password of the server is let in. */
  readonly login?: SmtpReply;
}

/** A real SMTP server of a third party, with failures by script. */
export class FakeSmtpServer {
  readonly messages: FakeSmtpMessage[] = [];
  /** Connections that were made in all. */
  connections = 0;
  /** Names that clients introduced themselves by. */
  readonly clientNames = new Set<string>();
  #behaviour: FakeSmtpBehaviour = {};
  #port = 0;
  readonly #sockets = new Map<number, Socket>();
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions & { readonly password?: string | undefined }) {
    const { password, ...rest } = options;
    this.#server = new SMTPServer({
      authOptional: password === undefined,
      disabledCommands: [...(rest.key === undefined ? ['STARTTLS'] : []), ...(password === undefined ? ['AUTH'] : [])],
      disableReverseLookup: true,
      closeTimeout: 1,
      ...rest,
      onConnect: (_, done) => done(errorOf(this.#behaviour.greeting)),
      onAuth: ({ username, password: given }, _, done) => {
        const refusal = this.#behaviour.login ?? (given === password ? undefined : BAD_LOGIN);
        return refusal === undefined ? done(null, { user: username }) : done(errorOf(refusal));
      },
      onRcptTo: ({ address }, session, done) => {
        const reply = this.#behaviour.recipient?.(address);
        if (reply === 'drop') this.#drop(session);
        else done(errorOf(reply));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => void this.#take(Buffer.concat(chunks), session, done));
      },
    });
    this.#server.on('error', () => undefined);
    this.#server.server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.set(socket.remotePort ?? 0, socket);
    });
  }

  /** Listens on a free port of the loopback. With key and certificate it offers STARTTLS, or speaks TLS from the first byte if it is `secure`; with a password it requires a login. */
  static async start(
    options: Pick<SMTPServerOptions, 'key' | 'cert' | 'secure'> & { readonly password?: string } = {},
  ): Promise<FakeSmtpServer> {
    const fake = new FakeSmtpServer(options);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    fake.#port = (fake.#server.server.address() as AddressInfo).port;
    return fake;
  }

  /** Where it listens, or did before it was stopped. */
  get port(): number {
    return this.#port;
  }

  /** What it does from now on. */
  behave(behaviour: FakeSmtpBehaviour): this {
    this.#behaviour = behaviour;
    return this;
  }

  /** Resolves once so many messages have come in all. */
  async waitForMessages(count: number): Promise<void> {
    await waitUntil(`${count} e-mails`, () => this.messages.length >= count);
  }

  /** Connections that are open now. */
  get open(): number {
    return [...this.#sockets.values()].filter((socket) => !socket.destroyed).length;
  }

  /** Closes all connections, as a server does that is restarted. */
  dropConnections(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #take(raw: Buffer, session: SMTPServerSession, done: (error?: Error | null) => void): Promise<void> {
    const mail = await simpleParser(raw);
    const { mailFrom, rcptTo } = session.envelope;
    this.clientNames.add(session.hostNameAppearsAs || '');
    this.messages.push({
      from: mailFrom === false ? '' : mailFrom.address,
      recipients: rcptTo.map(({ address }) => address),
      raw: raw.toString('latin1'),
      mail,
      headerNames: mail.headerLines.map(({ key }) => key),
      user: typeof session.user === 'string' ? session.user : undefined,
      isEncrypted: session.secure,
    });
    const reply = this.#behaviour.message?.(this.messages.length);
    if (reply === 'drop') this.#drop(session);
    else if (reply !== 'hang') done(errorOf(reply));
  }

  #drop(session: SMTPServerSession): void {
    this.#sockets.get(session.remotePort)?.destroy();
  }
}

const BAD_LOGIN: SmtpReply = { status: 535, text: 'Authentication failed' };

function errorOf(reply: SmtpReply | undefined): Error | null {
  return reply === undefined ? null : Object.assign(new Error(reply.text), { responseCode: reply.status });
}
