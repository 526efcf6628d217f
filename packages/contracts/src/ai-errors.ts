/** What is wrong with providers of models, and why a model gave no answer, or none of use: a part of the catalogue in `errors.ts`. */
export const AI_ERRORS = {
  AI_PROVIDER_NOT_FOUND: {
    status: 404,
    kind: 'user',
    retryable: false,
    message: 'No provider of models has this name',
  },
  AI_PROVIDER_MISSING: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'There is no provider of models',
  },
  CREDITS_BUSY: {
    status: 503,
    kind: 'operational',
    retryable: true,
    message: 'What is left of the credits is held back for calls that are under way, or too many are at once',
  },
  AI_MODEL_UNKNOWN: { status: 422, kind: 'user', retryable: false, message: 'No provider has the model' },
  AI_KEY_REFUSED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The provider of the model does not accept the API key',
  },
  AI_QUOTA_EXCEEDED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The account at the provider of the model has no credit left',
  },
  AI_RATE_LIMITED: {
    status: 422,
    kind: 'operational',
    retryable: true,
    message: 'The provider of the model gets too many requests',
  },
  AI_UNAVAILABLE: { status: 422, kind: 'operational', retryable: true, message: 'The model cannot be reached' },
  AI_REQUEST_REFUSED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The provider of the model refused the request',
  },
  AI_CONTEXT_TOO_LONG: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The prompt is longer than the model can read',
  },
  AI_CONTENT_FILTERED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The content filter of the provider stopped the answer',
  },
  AI_REFUSED: { status: 422, kind: 'user', retryable: false, message: 'The model refused to answer' },
  AI_ANSWER_TRUNCATED: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The answer of the model was cut off at max_tokens',
  },
  AI_ANSWER_INVALID: {
    status: 422,
    kind: 'user',
    retryable: false,
    message: 'The answer of the model does not fit the response_schema',
  },
  AI_ANSWER_TOO_LARGE: { status: 422, kind: 'user', retryable: false, message: 'The answer of the model is too large' },
} as const;
