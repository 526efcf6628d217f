import { connect, type Socket } from 'node:net';
import { waitUntil } from '@millrace/testing';

/** A client that writes what no HTTP library would. */
export class RawClient {
  received = '';
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.received += data.toString('latin1')));
    // The server may close while we still write.
    socket.on('error', () => undefined).on('close', () => (this.closed = true));
  }

  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /** Writes a request head, `lines` joined as HTTP requires. */
  head(...lines: string[]): this {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    return this;
  }

  /** Status codes of the responses so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  /** Resolves with the status codes once there are `count`. */
  answers(count: number): Promise<number[]> {
    return waitUntil(`${count} answers`, () => (this.statuses.length >= count ? this.statuses : undefined));
  }

  end(): void {
    this.socket.destroy();
  }
}
