import type { Socket } from 'node:net';
import { ImapFlow } from 'imapflow';
import { MisbehavingServers } from '../../test/misbehaving-server.fixture.js';
import { MAIL_LIMITS } from '../limits.js';
import { boundWords } from './long-words.js';
import { isWord, lengthOf, responseHandling, type Token } from './response-handling.js';

const servers = new MisbehavingServers();
afterAll(() => servers.close());

const LONG = '&'.repeat(100_000);

function lengths(tokens: readonly Token[]): number[] {
  return tokens.flatMap((token) => {
    if (Array.isArray(token)) return lengths(token);
    if (!isWord(token)) return [];
    return [lengthOf(token.value), ...(Array.isArray(token.section) ? lengths(token.section as Token[]) : [])];
  });
}

/** A client of a server that says something before it ends a command, and how long the words were that the client was handed. */
async function connected(says: Record<string, string>, ends: Record<string, string> = {}) {
  const port = await servers.start((socket: Socket, command, tag) => {
    if (says[command] !== undefined) socket.write(`${says[command]}\r\n`);
    if (ends[command] === undefined) return false;
    socket.write(`${tag} ${ends[command]}\r\n`);
    return true;
  }, ' NAMESPACE ID');
  const auth = { user: 'ada', pass: 'secret' };
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false, disableAutoIdle: true });
  client.on('error', () => undefined);
  const handling = responseHandling(client);
  const handlerOf = handling.getUntaggedHandler.bind(client);
  const settle = handling.settleRequest.bind(client);
  const handed: number[] = [];
  handling.getUntaggedHandler = (command, attributes = []) => {
    handed.push(...lengths(attributes));
    return handlerOf(command, attributes);
  };
  handling.settleRequest = (request, response, more) => {
    handed.push(...lengths(response.attributes ?? []));
    return settle(request, response, more);
  };
  boundWords(client);
  await client.connect();
  return { client, longest: () => Math.max(...handed) };
}

it.each<[string, Record<string, string>]>([
  ['a name of a folder that nobody asked about', { LIST: `* STATUS "${LONG}" (MESSAGES 1)` }],
  ['the same as a literal', { LIST: `* STATUS {${LONG.length}}\r\n${LONG} (MESSAGES 1)` }],
  ['a capability', { CAPABILITY: `* CAPABILITY IMAP4rev1 ${LONG}` }],
  ['a prefix of folders', { NAMESPACE: `* NAMESPACE (("${LONG}" "/")) NIL NIL` }],
  ['a flag', { SELECT: `* FLAGS (${LONG})\r\n* OK [PERMANENTFLAGS (${LONG})] x` }],
  ['the id of a folder', { SELECT: `* OK [MAILBOXID (${LONG})] x` }],
  ['what it says to people', { SELECT: `* OK [ALERT] ${LONG}\r\n* NO ${LONG}` }],
])('%s is not handed to the client where it is long', async (_, says) => {
  const { client, longest } = await connected(says);
  await client.mailboxOpen('INBOX');
  expect(client.mailbox).toMatchObject({ path: 'INBOX', exists: 1 });
  expect(longest()).toBeLessThanOrEqual(MAIL_LIMITS.wordCharacters);
  client.close();
});

it('what a server says of why it refuses is cut', async () => {
  const { client, longest } = await connected({}, { SELECT: `NO [${LONG.replace(/&/g, 'x')}] ${LONG}` });
  const error: unknown = await client.mailboxOpen('INBOX').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ responseText: LONG.slice(0, MAIL_LIMITS.wordCharacters) });
  expect(longest()).toBeLessThanOrEqual(MAIL_LIMITS.wordCharacters);
  client.close();
});

it('who has made the server is not kept', async () => {
  const { client } = await connected({ ID: `* ID (${'"name" "x" '.repeat(100)})` });
  expect(client.serverInfo).toEqual({});
  client.close();
});

it('of ways to log in no more is kept than a server names at once', async () => {
  const named = (from: number) => Array.from({ length: 40 }, (_, index) => `AUTH=X${from + index}`).join(' ');
  const lists = Array.from({ length: 50 }, (_, index) => [
    `* CAPABILITY IMAP4rev1 ${named(index * 100)}`,
    `* OK [CAPABILITY IMAP4rev1 ${named(index * 100 + 50)}] x`,
  ]);
  const { client } = await connected({ SELECT: lists.flat().join('\r\n') });
  await client.mailboxOpen('INBOX');
  const { authCapabilities } = client as unknown as { readonly authCapabilities: Map<string, unknown> };
  expect(authCapabilities.size).toBeGreaterThan(0);
  expect(authCapabilities.size).toBeLessThanOrEqual(MAIL_LIMITS.waysToLogIn + 40);
  expect(client.capabilities.has('IMAP4rev1')).toBe(true);
  client.close();
});
