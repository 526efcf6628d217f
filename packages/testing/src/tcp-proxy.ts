import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** Sits between a client and a server and loses responses and connections, as networks do. */
export class TcpProxy {
  readonly #pairs = new Set<{ client: Socket; upstream: Socket; held: Buffer[]; mute: boolean }>();
  #holding = false;
  #holdingFrom: string | undefined;
  #cutting: { text: string; left: number; done: () => void } | undefined;

  private constructor(
    private readonly server: Server,
    target: { host: string; port: number },
  ) {
    server.on('connection', (client) => {
      const upstream = connect(target.port, target.host);
      const pair = { client, upstream, held: [] as Buffer[], mute: false };
      this.#pairs.add(pair);
      const close = () => {
        this.#pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      };
      client.on('data', (data) => {
        if (this.#holdingFrom !== undefined && data.includes(this.#holdingFrom)) this.#holding = true;
        upstream.write(data, () => this.#cutIfDue(data));
      });
      upstream.on('data', (data) => (this.#holding || pair.mute ? pair.held.push(data) : client.write(data)));
      for (const socket of [client, upstream]) socket.on('close', close).on('error', close);
    });
  }

  /** Listens on a free port and passes everything on to the server of `url`. */
  static async start(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new TcpProxy(server, { host: hostname, port: Number(port) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** `127.0.0.1:<port>` to connect to, with the scheme put in front. */
  url(scheme: string): string {
    return `${scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on the server receives everything and the client receives nothing. */
  holdAnswers(): void {
    this.#holding = true;
  }

  /** The same from the moment at which a client sends this text: the server acts on it, and nothing of it reaches the client. */
  holdAnswersFrom(text: string): void {
    this.#holdingFrom = text;
  }

  /** Whether responses are held back. */
  get holding(): boolean {
    return this.#holding;
  }

  /** Lets responses through again, those held back first. */
  releaseAnswers(): void {
    this.#holding = false;
    this.#holdingFrom = undefined;
    for (const pair of this.#pairs) pair.held.splice(0).forEach((data) => pair.client.write(data));
  }

  /** The connections there are stay open and receive nothing any more, as those to a machine that is gone; new ones pass. */
  mute(): void {
    for (const pair of this.#pairs) pair.mute = true;
  }

  /** Breaks all connections; what was held back is lost. New ones are taken, and pass. */
  cut(): void {
    this.#holding = false;
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /** Breaks all connections when a client has sent this text so many times; the last of these requests reaches the server, its response nobody. */
  cutAt(text: string, times: number): Promise<void> {
    return new Promise((done) => {
      this.#cutting = { text, left: times, done };
    });
  }

  #cutIfDue(data: Buffer): void {
    const cutting = this.#cutting;
    if (cutting === undefined || !data.includes(cutting.text) || --cutting.left > 0) return;
    this.#cutting = undefined;
    this.cut();
    cutting.done();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
