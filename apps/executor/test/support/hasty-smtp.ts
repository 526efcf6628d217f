import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Replies of a server, each of one line or more, in place of the usual ones. */
export interface HastyReplies {
  readonly recipient?: string;
  readonly data?: string;
  readonly message?: string;
}

/** An SMTP server that says what a script has, whether it has been asked or not, and takes every message that it gets. */
export class HastySmtpServer {
  /** As they came. */
  readonly messages: string[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly replies: HastyReplies,
  ) {
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(replies: HastyReplies): Promise<HastySmtpServer> {
    const server = createServer();
    const hasty = new HastySmtpServer(server, replies);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hasty;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    let isMessage = false;
    const say = (lines: string): void => void socket.write(`${lines.split('\n').join('\r\n')}\r\n`);
    say('220 hasty.example ESMTP');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const mark = isMessage ? '\r\n.\r\n' : '\r\n';
        const end = text.indexOf(mark);
        if (end < 0) return;
        const part = text.slice(0, end);
        text = text.slice(end + mark.length);
        if (isMessage) {
          this.messages.push(part);
          isMessage = false;
          say(this.replies.message ?? '250 Taken');
        } else {
          isMessage = /^DATA$/i.test(part);
          say(this.#replyTo(part));
        }
      }
    });
  }

  #replyTo(command: string): string {
    const { recipient = '250 Known', data = '354 Go on' } = this.replies;
    if (/^RCPT/i.test(command)) return recipient;
    return /^DATA/i.test(command) ? data : '250 Fine';
  }
}
