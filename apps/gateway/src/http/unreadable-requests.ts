import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, LIMITS, type ErrorCode } from '@millrace/contracts';
import { newRequestId } from './new-request-id.js';

/** By the codes of Node's parser; what it has no code for is no HTTP. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'PAYLOAD_TOO_LARGE',
};

const DETAILS: Partial<Record<ErrorCode, Readonly<Record<string, unknown>>>> = {
  HEADERS_TOO_LARGE: { limit_bytes: LIMITS.requestHeaderBytes },
};

/** A connection as Node knows it: the response that is under way on it. */
type Connection = Duplex & { readonly _httpMessage?: ServerResponse | null };

/**
 * Refuses what never becomes a request, since it is none, too large or too slow, as all other failures are: with a body that names the code, and a
 * request id. Node's own response has neither. The connection is closed.
 */
export function refuseUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Connection) => {
    // A response that has begun can only be cut off, and nobody reads one behind a connection that is gone.
    if (!connection.writable || connection._httpMessage?.headersSent === true) return void connection.destroy(error);
    connection.end(refusal(CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST'));
  });
}

function refusal(code: ErrorCode): string {
  const error = new AppError(code, { details: DETAILS[code] ?? {} });
  const requestId = newRequestId();
  const body = JSON.stringify({ error: { ...error.toBody(), request_id: requestId } });
  const { status } = error.entry;
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
