import { randomBytes } from 'node:crypto';
import { anyFreePort } from '@millrace/local/ports';
import { openTestServers } from '@millrace/local/servers';

/** A server that a test owns. `pid` is the server's own process, so it can be killed for real. */
export interface OwnServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it as `kill -9` does. Its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; stops it first when it runs. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A server that other tests use as well: keep to a database or key prefix of your own. `stop()` leaves it alone then. */
export interface SharedServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A user of a NATS server that a test starts; without permissions there are no limits. */
export interface TestNatsUser {
  readonly user: string;
  readonly password: string;
  readonly permissions?: {
    readonly publish: { readonly allow: readonly string[] };
    readonly subscribe: { readonly allow: readonly string[] };
  };
}

/** A configuration of NATS that somebody else has written: `nats.conf`, which listens on the port, and what lies beside it. `<data>` stands for its folder. */
export interface GivenConfiguration {
  readonly files: Record<string, string>;
  readonly env: Record<string, string>;
}

/**
 * A private NATS server with JetStream, about 50 ms, open to anybody unless it is given users. Throws an Error that names
 * the cure when this machine has none.
 */
export function startNats(
  options: { users?: readonly TestNatsUser[]; storeBytes?: number; port?: number; given?: GivenConfiguration } = {},
): Promise<OwnServer> {
  return openTestServers(process.env).startNats(options);
}

/** A private Redis server, about 50 ms. */
export function startRedis(): Promise<OwnServer> {
  return openTestServers(process.env).startRedis();
}

/** A private MongoDB-compatible server. Behind FerretDB there is a PostgreSQL server, the backend; its data are in `documentdb/postgres` of `dir`. */
export interface OwnMongo extends OwnServer {
  backend(): { name: string; pid: number } | undefined;
}

/**
 * A private MongoDB-compatible server, about 1 s; prefer {@link sharedMongo} unless the test kills it. With `dir` the data
 * stay there at `stop()`.
 */
export function startMongo(options: { dir?: string } = {}): Promise<OwnMongo> {
  return openTestServers(process.env).startMongo(options);
}

/** A private IMAP server; see {@link startDovecot}. */
export interface OwnDovecot extends OwnServer {
  /** Of every user. */
  readonly password: string;
  /** Where the mail of a user is on this machine, in maildir form: a file in its `new` is a message that has come. */
  mailFolder(user: string): string;
  /** Runs a command of Dovecot's administrator and returns what it prints. */
  doveadm(...argv: string[]): string;
}

/** A private Dovecot, about 0.4 s, which lets any user in by one password; it is in the private runtime only. */
export function startDovecot(): Promise<OwnDovecot> {
  return openTestServers(process.env).startDovecot();
}

/** The MongoDB-compatible server of the whole test run, or a private one when there is none. */
export function sharedMongo(): Promise<SharedServer> {
  return openTestServers(process.env).sharedMongo();
}

/** The Redis server of the whole test run, or a private one when there is none. */
export function sharedRedis(): Promise<SharedServer> {
  return openTestServers(process.env).sharedRedis();
}

/** A name that no other test has: for databases, key prefixes, organisations. Letters, digits and `_` only. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** A port that was free just now, for a process that a test starts. */
export function freePort(): Promise<number> {
  return anyFreePort();
}
