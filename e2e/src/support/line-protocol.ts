import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Talks to a server of this machine that takes lines, as those of SMTP and IMAP: sends each text once the server has said something that `until` matches
 * since the one before. Returns all that it has said.
 */
export async function converse(port: number, texts: readonly string[], until: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(10_000, () => socket.destroy(new Error(`Port ${port} says nothing`)));
  let [all, latest] = ['', ''];
  try {
    for (const text of [...texts, null]) {
      for (latest = ''; !until.test(latest);) {
        const [chunk] = (await once(socket, 'data')) as [Buffer];
        latest += chunk.toString('utf8');
      }
      all += latest;
      if (text !== null) socket.write(`${text}\r\n`);
    }
    return all;
  } finally {
    socket.destroy();
  }
}
