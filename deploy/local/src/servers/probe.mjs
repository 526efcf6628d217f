import { connect } from 'node:net';

/**
 * Sends bytes to a port and looks at the first answer: one round trip of a protocol is a better sign of life than an open port.
 *
 * @param {{ host: string, port: number }} address
 * @param {{ send?: Buffer | string, accept: (answer: Buffer) => boolean, timeoutMs?: number }} exchange
 * @returns {Promise<boolean>} false on a refused connection, a wrong answer or none in time
 */
function exchangeOnce({ host, port }, { send, accept, timeoutMs = 1_000 }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    /** @param {boolean} result */
    const finish = (result) => {
      socket.destroy();
      resolve(result);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on('error', () => finish(false)).on('close', () => finish(false));
    socket.on('connect', () => {
      if (send !== undefined) socket.write(send);
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (accept(received)) finish(true);
    });
  });
}

/**
 * Whether a NATS server with JetStream greets at this address.
 *
 * @param {string} url nats://host:port
 */
export function natsAnswers(url) {
  const accept = (/** @type {Buffer} */ greeting) =>
    /^INFO \{.*"jetstream"\s*:\s*true/.test(greeting.toString('latin1'));
  return exchangeOnce(addressOf(url, 4222), { accept });
}

/**
 * Whether a Redis responds to PING (or refuses only for lack of a password).
 *
 * @param {string} url redis://host:port
 */
export function redisAnswers(url) {
  const accept = (/** @type {Buffer} */ answer) => /^(\+PONG|-NOAUTH)/.test(answer.toString('latin1'));
  return exchangeOnce(addressOf(url, 6379), { send: 'PING\r\n', accept });
}

/**
 * Whether a server of the MongoDB protocol replies to `{hello: 1}` with `ok`.
 *
 * @param {string} url mongodb://host:port; of several hosts the first is asked
 */
export function mongoAnswers(url) {
  const accept = (/** @type {Buffer} */ answer) => answer.includes('ok\0') || answer.includes('ok', 20);
  return exchangeOnce(addressOf(url, 27017), { send: mongoHello(), accept });
}

/**
 * Whether an IMAP server greets at a port of this machine.
 *
 * @param {number} port
 */
export function imapGreets(port) {
  const accept = (/** @type {Buffer} */ greeting) => greeting.toString('latin1').startsWith('* OK');
  return exchangeOnce({ host: '127.0.0.1', port }, { accept });
}

/** An OP_MSG with the document {hello: 1, $db: "admin"}. */
function mongoHello() {
  const document = Buffer.from('\0\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0', 'latin1');
  document.writeInt32LE(document.length, 0);
  const header = Buffer.alloc(21);
  header.writeInt32LE(header.length + document.length, 0);
  header.writeInt32LE(1, 4); // request id
  header.writeInt32LE(2013, 12); // OP_MSG
  return Buffer.concat([header, document]);
}

/**
 * Host and port of a server URL.
 *
 * @param {string} url
 * @param {number} defaultPort
 * @returns {{ host: string, port: number }}
 */
export function addressOf(url, defaultPort) {
  const authority = url.replace(/^[a-z0-9+]+:\/\//i, '').split(/[/?]/)[0] ?? '';
  const first = authority.slice(authority.lastIndexOf('@') + 1).split(',')[0] ?? '';
  const match = first.match(/^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/);
  return { host: match?.[1]?.replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(match?.[2] ?? defaultPort) };
}
