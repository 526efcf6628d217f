import type { WriteOptions } from './options.js';

/** Settings of a change to what was read before. */
export interface UpdateOptions extends WriteOptions {
  /** The version that the change is made to, or its `ETag`: a change in between is {@link ConflictError}. */
  readonly ifMatch?: number | string;
}

/** The settings of the call, with `ifMatch` as the header that it is sent in. */
export function withIfMatch({ ifMatch, ...options }: UpdateOptions): WriteOptions {
  const tag = typeof ifMatch === 'number' ? `"${ifMatch}"` : ifMatch;
  return { ...options, headers: { ...options.headers, ...(tag === undefined ? {} : { 'if-match': tag }) } };
}
