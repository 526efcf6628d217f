import type { openMongo } from '@millrace/service-kit/mongo';

/** Injection token of the connection to MongoDB. */
export const DATABASE = Symbol('history:database');

/** The connection to MongoDB. May be down at any time, from the start on. */
export type Database = ReturnType<typeof openMongo>;

/** Injection token of the {@link DatabaseOptions}. */
export const DATABASE_OPTIONS = Symbol('history:database-options');

/** Where the records are kept. */
export interface DatabaseOptions {
  readonly url: string;
  readonly database: string;
}
