import type { MailboxResource } from '@millrace/contracts';
import type { ApiClient } from './api.js';
import { eventually } from './eventually.js';
import { converse } from './line-protocol.js';
import { readEndpoints } from './platform.js';

/** An e-mail in the mail house, as its `GET /messages/{id}` has it. */
export interface HouseMessage {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly message_id: string | null;
  readonly text: string | null;
  readonly html: string | null;
}

/** Where people read e-mails of this run's platform. */
export function mailHouseUrl(): string {
  const { mail } = readEndpoints();
  if (mail === undefined) throw new Error('The platform of these tests has no mail house: unset MILLRACE_SMTP_URL');
  return mail.web_url;
}

/** The house as a server that an organisation might use: what `PUT /v1/mail/senders/{name}` takes. */
export function houseAccount(): Readonly<Record<string, unknown>> {
  const { mail } = readEndpoints();
  const { hostname: host, port } = new URL(mail?.smtp_url.replace('smtp:', 'http:') ?? '');
  return { host, port: Number(port), tls: 'none', from: 'Support <support@example.com>' };
}

/** Waits until the mailbox of the house is watched, so that mail to its domain starts workflows. */
export async function untilHouseIsWatched(api: ApiClient): Promise<void> {
  await eventually('the mailbox to be watched', async () => {
    const { mailboxes } = await api.expect<{ mailboxes: MailboxResource[] }>(200, 'GET', '/mailboxes?limit=100');
    return mailboxes.find(({ address, health }) => address === '*@millrace.local' && health.state === 'healthy');
  });
}

/** SMTP: a reply whose last line has come. */
const REPLY = /^\d{3} [^\n]*\n/m;

/** Sends a message as it is to an address, as a mail server of others does. Returns what the house has said. */
export function deliver(to: string, message: string): Promise<string> {
  const envelope = ['EHLO example.com', 'MAIL FROM:<grace@example.com>', `RCPT TO:<${to}>`, 'DATA'];
  const port = Number(new URL(readEndpoints().mail?.smtp_url ?? '').port);
  return converse(port, [...envelope, `${message}\r\n.`, 'QUIT'], REPLY);
}

/** All e-mails in the house with a Message-ID, once there is one. */
export async function mailsWithId(messageId: string): Promise<HouseMessage[]> {
  const query = new URLSearchParams({ message_id: messageId });
  const found = await eventually(`an e-mail ${messageId}`, async () => {
    const { messages } = await read<{ messages: HouseMessage[] }>(`/messages?${query.toString()}`);
    return messages.length > 0 ? messages : undefined;
  });
  return Promise.all(found.map(({ id }) => read<HouseMessage>(`/messages/${id}`)));
}

/** An e-mail as it came, headers and all. */
export async function rawMail(id: string): Promise<string> {
  return (await get(`/messages/${id}/raw`)).text();
}

async function read<Body>(path: string): Promise<Body> {
  return (await (await get(path)).json()) as Body;
}

async function get(path: string): Promise<Response> {
  const answer = await fetch(new URL(path, mailHouseUrl()));
  if (!answer.ok) throw new Error(`GET ${path} of the mail house: ${answer.status} ${await answer.text()}`);
  return answer;
}
