/** Headers of an answer with a resource that people edit. */
export const ETAG = { ETag: 'The version, for `If-Match` of the next change.' } as const;

/** Headers of a request that changes one. */
export const IF_MATCH = { 'If-Match': 'The `ETag` as it was read: a change in between is VERSION_CONFLICT.' } as const;
