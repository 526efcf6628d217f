/** Of requests that steps and events send. */
export const OUTGOING_LIMITS = {
  /** Bytes of the query of an `http` step's request, and the same of its headers and of its `auth`, as JSON. */
  sentHeadBytes: 256 * 1024,
  /** Characters of an address that is called. */
  urlLength: 8 * 1024,
  /** For one request of an `http` step without a `timeout`, and for one that asks for an access token: milliseconds, redirects included. HTTP_REQUEST_FAILED beyond. */
  httpCallMs: 60_000,
  /** Addresses of a name, IPv4 and IPv6 each, a count. A call of a name that has more fails, and so does a mailbox. */
  addressesOfName: 64,
  /** Names that one process asks name servers for at a time for one organisation; further ones wait. */
  namesAtOnce: 32,
  /** Redirects that one request follows. */
  redirects: 5,
  /** Milliseconds for which a service or a model may put off the next attempt of a step (`Retry-After`); what it asks for beyond is not waited for. */
  askedDelayMs: 10 * 60_000,
  /** The same for the endpoint of an event. */
  askedEventDelayMs: 24 * 60 * 60_000,
  /** Pieces in which a response may come, when they have less than 16 bytes on average: each costs the same, however small. */
  responsePieces: 65_536,
} as const;
