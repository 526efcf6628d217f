import { LIMITS } from '@millrace/contracts';
import { guardedSocket, type AllowList } from '@millrace/service-kit/safe-http';
import type { Socket } from 'node:net';
import type { MailMessage } from './mail-message.js';
import { domainOf } from '@millrace/service-kit/mailbox';
import type { MailSender } from './sender.js';
import { earlyReply, type SmtpError } from './smtp-failure.js';
import { lateImport } from '../late-import.js';

const nodemailer = lateImport(() => import('nodemailer'));

const CONNECT_MS = 10_000;
const GREETING_MS = 15_000;
/** Without a byte; some servers look through a message for longer before they take it. */
const SILENCE_MS = 60_000;
/** Bytes of one reply of a server, of all its lines. */
const REPLY_BYTES = 16 * 1024;
/** E-mails by one connection: some servers take no more. */
const MESSAGES = 100;

/** What came of an e-mail that was taken. */
export interface SentMail {
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
}

/** One attempt to send an e-mail by a lane. */
export interface LaneCall {
  readonly signal: AbortSignal;
  /** The whole message has gone to the server: from now on it may arrive, whatever happens. */
  readonly onHandedOver: () => void;
}

/** The part of nodemailer's transport that is used here. */
interface Transport {
  sendMail(mail: object): Promise<{ accepted: unknown[]; rejected?: unknown[] }>;
  close(options?: { force?: boolean }): void;
}

/**
 * One connection to a mail server, kept between e-mails, which sends one at a time: only so it is known which e-mail an event
 * of the client is about, and by that whether a message was handed over when the connection broke.
 */
export class MailLane {
  #transport: Transport | undefined;
  #wasUsed = false;
  #socket: Socket | undefined;
  #onHandedOver: (() => void) | undefined;

  constructor(
    private readonly sender: MailSender,
    /** Internal hosts that the server may be on. */
    private readonly allowed: AllowList,
  ) {}

  /** Rejects with what nodemailer or the guard says, or the reason of `signal`. */
  async send(message: MailMessage, call: LaneCall): Promise<SentMail> {
    let isHandedOver = false;
    let readBefore: number | undefined;
    const onHandedOver = (): void => {
      isHandedOver = true;
      readBefore = this.#socket?.bytesRead;
      call.onHandedOver();
    };
    // A reply to a message comes after the end of it: what was there before is about something else, and the server may yet take the message. One that was
    // on its way when the end went out looks like one in turn.
    const wasEarly = (): boolean => !isHandedOver || this.#socket?.bytesRead === readBefore;
    const attempt = async (): Promise<SentMail> => {
      let sent: SentMail;
      try {
        sent = await this.#attempt(message, call.signal, onHandedOver);
      } catch (error) {
        throw isHandedOver && isPutOff(error) && wasEarly() ? earlyReply() : error;
      }
      if (wasEarly()) throw earlyReply();
      return sent;
    };
    try {
      return await attempt();
    } catch (error) {
      // The server may have closed a connection that nobody used for a time: nothing was sent over it.
      const wasStale = this.#wasUsed && !isHandedOver && isLost(error) && !call.signal.aborted;
      this.close();
      if (!wasStale) throw error;
      return attempt().catch((again: unknown) => {
        this.close();
        throw again;
      });
    }
  }

  /** Ends the connection; the next e-mail makes another one. */
  close(): void {
    this.#transport?.close({ force: true });
    this.#transport = undefined;
    this.#wasUsed = false;
  }

  async #attempt(message: MailMessage, signal: AbortSignal, onHandedOver: () => void): Promise<SentMail> {
    this.#transport ??= await this.#connect();
    this.#onHandedOver = onHandedOver;
    try {
      const raw = typeof message.raw === 'function' ? message.raw() : message.raw;
      const { accepted, rejected = [] } = await this.#transport.sendMail({ ...message, raw, signal });
      this.#wasUsed = true;
      return { accepted: accepted.map(String), rejected: rejected.map(String) };
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      this.#onHandedOver = undefined;
    }
  }

  async #connect(): Promise<Transport> {
    const { createTransport } = await nodemailer();
    const { host, port, tls, user, password } = this.sender.account;
    return createTransport({
      ...{ host, port, pool: true, maxConnections: 1, maxMessages: MESSAGES, maxRequeues: 0 },
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      tls: { minVersion: 'TLSv1.2' },
      // Never the name of this machine.
      name: domainOf(this.sender.from),
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      ...(this.sender.dkim === undefined ? {} : { dkim: dkimOf(this.sender.dkim) }),
      ...{ connectionTimeout: CONNECT_MS, greetingTimeout: GREETING_MS, socketTimeout: SILENCE_MS },
      idleTimeout: LIMITS.mailConnectionIdleMs,
      // Of each refused recipient the whole reply is kept until the end, and 500 characters are shown.
      maxResponseSize: REPLY_BYTES,
      ...{ disableFileAccess: true, disableUrlAccess: true },
      getSocket: this.#getSocket,
      logger: this.#listener(),
    });
  }

  readonly #getSocket = (_: unknown, callback: SocketCallback): void => {
    const { account, organisationId } = this.sender;
    const { host, port } = account;
    const owner = organisationId ?? '';
    guardedSocket({ host, port, allowed: this.allowed, owner, timeoutMs: CONNECT_MS }).then(
      (connection) => callback(null, { connection: (this.#socket = connection) }),
      (error: unknown) => callback(error as Error),
    );
  };

  /** Of all that the client would log, one event is read and nothing kept: it has what was said to the server. */
  #listener(): object {
    const hear = (entry: { readonly tnx?: string } | undefined): void => {
      if (entry?.tnx === 'message') this.#onHandedOver?.();
    };
    return { level: () => undefined, trace: hear, debug: hear, info: hear, warn: hear, error: hear, fatal: hear };
  }
}

/** Whether the message was refused for now, which would have it sent again. */
function isPutOff(error: unknown): boolean {
  const { code, responseCode = 0 } = error as SmtpError;
  return code === 'EMESSAGE' && responseCode >= 400 && responseCode < 500;
}

function isLost(error: unknown): boolean {
  const { code, responseCode } = error as SmtpError;
  return responseCode === undefined && (code === 'ECONNECTION' || code === 'ESOCKET' || code === 'ECONNRESET');
}

function dkimOf({ domain, selector, privateKey }: NonNullable<MailSender['dkim']>): object {
  return { domainName: domain, keySelector: selector, privateKey };
}

type SocketCallback = (error: Error | null, socket?: { connection: Socket }) => void;
