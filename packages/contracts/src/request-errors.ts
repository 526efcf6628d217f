/** Why a request never gets to what it asks for: a part of the catalogue in `errors.ts`. */
export const REQUEST_ERRORS = {
  ROUTE_NOT_FOUND: { status: 404, kind: 'user', retryable: false, message: 'The API has no such route' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    kind: 'user',
    retryable: false,
    message: 'The address does not take this HTTP method',
  },
  MALFORMED_REQUEST: { status: 400, kind: 'user', retryable: false, message: 'What was sent is no HTTP request' },
  REQUEST_TIMEOUT: {
    status: 408,
    kind: 'user',
    retryable: true,
    message: 'The request did not arrive in time; send it again',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    kind: 'user',
    retryable: false,
    message: 'The headers of the request are too large',
  },
  INVALID_INPUT: { status: 400, kind: 'user', retryable: false, message: 'Request body validation failed' },
  INVALID_JSON: { status: 400, kind: 'user', retryable: false, message: 'The request body is not valid JSON' },
  PAYLOAD_TOO_LARGE: { status: 413, kind: 'user', retryable: false, message: 'The request body is too large' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    kind: 'user',
    retryable: false,
    message: 'The request body has a media type the API does not read',
  },
} as const;
