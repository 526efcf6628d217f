import { createServer } from 'node:http';

/**
 * The other company's HTTP service in these examples: it takes JSON with POST, numbers what it takes, and serves files.
 * Like a careful service it recognises a repeated request by its Idempotency-Key and gives the same response as the first time.
 */
export class Collector {
  /** What was taken, by path. @type {Map<string, any[]>} */
  taken = new Map();
  /** Answers by Idempotency-Key. @type {Map<string, string>} */
  #answers = new Map();
  /** Bodies served with GET, by path. @type {Map<string, string | Buffer>} */
  #files = new Map();
  #server = createServer((request, response) => void this.#receive(request, response));

  /** Listens on a free port of this machine. */
  async start() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
  }

  get url() {
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${address.port}`;
  }

  /**
   * Serves JSON text under a path.
   *
   * @param {string} path
   * @param {string | Buffer} body
   */
  serve(path, body) {
    this.#files.set(path, body);
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #receive(request, response) {
    const path = request.url ?? '/';
    /** @param {number} status @param {string | Buffer} body */
    const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    if (request.method === 'GET') {
      const file = this.#files.get(path);
      return file === undefined ? answer(404, '{"error":"not here"}') : answer(200, file);
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const key = String(request.headers['idempotency-key'] ?? '');
    const before = this.#answers.get(key);
    if (before !== undefined) return answer(200, before);

    const all = this.taken.get(path) ?? [];
    all.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    this.taken.set(path, all);
    const reply = JSON.stringify({ number: all.length });
    if (key !== '') this.#answers.set(key, reply);
    return answer(201, reply);
  }
}
