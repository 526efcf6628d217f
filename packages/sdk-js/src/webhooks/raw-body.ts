/** A body as it came, before anything parsed it. In a file of its own: what signs it has types that TypeScript before 5.7 does not know. */
export type RawBody = string | Uint8Array;
