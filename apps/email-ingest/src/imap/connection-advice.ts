/** What keeps a mailbox from its server, and which of its fields are to be corrected. */
export interface Advice {
  /** It goes on after "The mail server cannot be used: ". */
  readonly sentence: string;
  readonly fields: readonly string[];
}

const [HOST, PORT, TLS] = ['imap.host', 'imap.port', 'imap.tls'];

function advice(what: string, ...fields: string[]): Advice {
  return { sentence: `${what}. Correct ${fields.join(' or ')}`, fields };
}

const NO_HOST = advice('there is no host of this name', HOST);
const REFUSED = advice('nothing takes connections at this host and port', HOST, PORT);
const UNREACHABLE = advice('no way leads to this host', HOST, PORT);
const SILENT = advice('this host does not respond at this port', HOST, PORT);
const NOT_TLS = advice('it does not speak TLS at this port', PORT, TLS);
const UNKNOWN_ISSUER = advice('its certificate is signed by nobody who is trusted here', HOST);
const OWN_SIGNATURE = advice('its certificate is signed by itself, and not trusted here', HOST);

const BY_CODE: Readonly<Record<string, Advice>> = {
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: advice('the name of this host cannot be looked up at the moment', HOST),
  EAI_NODATA: NO_HOST,
  ENODATA: NO_HOST,
  ECONNREFUSED: REFUSED,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ETIMEDOUT: SILENT,
  CONNECT_TIMEOUT: SILENT,
  GREETING_TIMEOUT: advice(
    'it takes the connection and does not greet: the port may be one for implicit TLS',
    PORT,
    TLS,
  ),
  EPROTO: NOT_TLS,
  CERT_HAS_EXPIRED: advice('its certificate has expired', HOST),
  CERT_NOT_YET_VALID: advice('its certificate is not valid yet', HOST),
  ERR_TLS_CERT_ALTNAME_INVALID: advice('its certificate is for a host of another name', HOST),
  HOSTNAME_MISMATCH: advice('its certificate is for a host of another name', HOST),
  DEPTH_ZERO_SELF_SIGNED_CERT: OWN_SIGNATURE,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER,
};

/** What an error of a connection means for who has set the mailbox up; null for one that no field of it corrects. `text`: what the client says of it. */
export function adviceOn(code: string, text: string): Advice | null {
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code] ?? null;
  if (code.startsWith('ERR_SSL')) return NOT_TLS;
  return code === '' && /STARTTLS/i.test(text) ? advice('it offers no STARTTLS at this port', TLS, PORT) : null;
}
