import type { openMongo } from '@millrace/service-kit/mongo';

/** Injection token of the connection to MongoDB. */
export const DATABASE = Symbol('history:database');

/** The connection to MongoDB. May be down at any time, from the start on. */
export type Database = ReturnType<typeof openMongo>;
