/** Why an HTTP request, an e-mail or the code of a step failed: a part of the catalogue in `errors.ts`. */
export const EFFECT_ERRORS = {
  HTTP_REQUEST_FAILED: {
    status: 422,
    kind: 'operational',
    retryable: true,
    message: 'The HTTP request could not be made',
  },
  HTTP_CIRCUIT_OPEN: {
    status: 422,
    kind: 'operational',
    retryable: true,
    message: 'The HTTP service does not respond, so it was not called',
  },
  HTTP_STATUS_ERROR: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The HTTP service returned an error status',
  },
  HTTP_ADDRESS_BLOCKED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The address is not allowed for HTTP steps',
  },
  HTTP_RESPONSE_TOO_LARGE: { status: 422, kind: 'user', retryable: false, message: 'The HTTP response is too large' },
  FILE_TOO_LARGE: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The file, or all files of the execution together, are larger than they may be',
  },
  EMAIL_NOT_CONFIGURED: { status: 422, kind: 'user', retryable: false, message: 'There is no account for e-mail' },
  EMAIL_INVALID: { status: 422, kind: 'user', retryable: false, message: 'The e-mail cannot be sent as it is' },
  EMAIL_REFUSED: { status: 422, kind: 'user', retryable: false, message: 'The mail server refused the e-mail' },
  EMAIL_FAILED: { status: 422, kind: 'operational', retryable: true, message: 'The e-mail could not be sent' },
  EMAIL_POSSIBLY_SENT: {
    status: 422,
    kind: 'operational',
    retryable: false,
    message: 'The e-mail was handed over, but the mail server did not say whether it took it',
  },
  CODE_FAILED: { status: 422, kind: 'user', retryable: false, message: 'The code has thrown an error' },
  CODE_TIMEOUT: { status: 422, kind: 'user', retryable: false, message: 'The code took too long' },
  CODE_OUT_OF_MEMORY: { status: 422, kind: 'user', retryable: false, message: 'The code needs too much memory' },
  EMAIL_SERVER_BLOCKED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The mail server has an address that must not be called',
  },
} as const;
