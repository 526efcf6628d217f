import { createServer } from 'node:http';
import { requestProblems } from './compare.mjs';

/**
 * @typedef {{ status: number, headers?: Record<string, string>, body?: unknown, text?: string }
 *   | { fault: 'cut_before_answer' | 'cut_in_body' | 'no_answer' }} Answer
 * @typedef {{ request: import('./compare.mjs').ExpectedRequest, answer: Answer }} Exchange
 */

/** Far more than any case sends. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Plays the API's side of a case: responds to the n-th request with the n-th answer, and keeps what was wrong with the requests.
 * One case at a time.
 */
export class ReplayServer {
  /** @type {readonly Exchange[]} */
  #wire = [];
  /** @type {import('./compare.mjs').SeenRequest[]} */
  #seen = [];
  /** @type {string[]} */
  #problems = [];
  #server = createServer((request, response) => {
    // A client that goes away while it sends is seen in what the case misses.
    this.#serve(request, response).catch(() => response.destroy());
  });

  /** Listens on a free port of this machine; returns the base URL that an SDK is given, which ends with `/v1`. */
  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${address.port}/v1`;
  }

  /** Ends all connections and stops to listen. */
  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * Begins a case; what was before is forgotten.
   *
   * @param {readonly Exchange[]} wire
   */
  begin(wire) {
    this.#wire = wire;
    this.#seen = [];
    this.#problems = [];
  }

  /** Ends a case: everything that differed from it, one line each; empty when all was as expected. */
  end() {
    const missing = this.#wire
      .slice(this.#seen.length)
      .map(({ request }) => `not sent: ${request.method} ${request.path}`);
    return [...this.#problems, ...missing];
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #serve(request, response) {
    const text = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://replay');
    if (url.pathname.startsWith('/replay/')) return this.#control(url.pathname, text, response);
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      text,
    };
    const index = this.#seen.length;
    const exchange = this.#wire[index];
    if (exchange === undefined) {
      this.#problems.push(`request ${index} is one too many: ${seen.method} ${seen.path}`);
      return send(response, {
        status: 500,
        body: { error: { code: 'ONE_TOO_MANY', message: 'One request too many' } },
      });
    }
    const problems = requestProblems(exchange.request, seen, this.#seen);
    this.#seen.push(seen);
    this.#problems.push(...problems.map((problem) => `request ${index}: ${problem}`));
    return send(response, exchange.answer);
  }

  /**
   * For test programs in other languages, outside of `/v1`.
   *
   * @param {string} path
   * @param {string} text
   * @param {import('node:http').ServerResponse} response
   */
  #control(path, text, response) {
    if (path === '/replay/begin') {
      /** @type {unknown} */
      const question = JSON.parse(text);
      this.begin(/** @type {{ wire: Exchange[] }} */ (question).wire);
      return send(response, { status: 204 });
    }
    return send(response, { status: 200, body: { problems: this.end() } });
  }
}

/** @param {import('node:http').IncomingMessage} request */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (request)) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new Error('A body of a case is at most 4 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
function send(response, answer) {
  if ('fault' in answer) return fail(response, answer.fault);
  const { status, headers = {}, body, text } = answer;
  const payload = text ?? (body === undefined ? '' : JSON.stringify(body));
  if (body !== undefined) response.setHeader('Content-Type', 'application/json; charset=utf-8');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.writeHead(status);
  response.end(payload);
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {'cut_before_answer' | 'cut_in_body' | 'no_answer'} fault
 */
function fail(response, fault) {
  if (fault === 'no_answer') return;
  if (fault === 'cut_before_answer') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
  response.write('{"id": "', () => response.socket?.destroy());
}
